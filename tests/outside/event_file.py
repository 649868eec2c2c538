"""Reads an event file with TensorBoard's own loader.

    event_file.py FOLDER      prints {tag: [[step, value], ...]} of the folder's event file
"""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

curves = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
curves.Reload()
print(json.dumps({tag: [[e.step, e.value] for e in curves.Scalars(tag)] for tag in curves.Tags()["scalars"]}))
