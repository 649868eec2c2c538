# Image folders and archives of them, exports, class lists, names.

# Whether a class has so many training and test pictures in what was printed.
counts() { says "│ +$1 +│ +$2 │ +$3 │"; }

case_is F02 "an empty hidden folder is no class"
postern 0 data info set
says '6 train, 4 test; 2 classes'
says 'passed over: 1 hidden'

case_is F03 "files that systems leave behind are passed over and counted, and a run goes through"
postern 0 data info set
counts cat 3 2
counts dog 3 2
says 'passed over: 10 hidden'
postern 0 run study.yaml --threads 1
says 'passed over: 10 hidden'

case_is F04 "pictures in folders of a class folder belong to the class"
postern 0 data info set
counts cat 7 2

case_is F05 "what can be decoded is read whatever its ending, and what cannot is counted"
postern 0 data info set --check
counts cat 9 2
says '1 \.tif, 1 \.tiff'

case_is F06 "folders with blanks and letters of any script are classes"
postern 0 data info "my set ü 数据"
says '3 classes'
says "path: '.*/my set ü 数据'"

case_is F07 "a note tells where numeric folders sort unlike their numbers"
postern 0 data info set
says "class 2 is folder '10'"
postern 0 poison set --attack badnets --set target=2 --set poison_rate=0.5 --out OUT
says "class 2 is folder '10'"
holds test -d OUT/val_triggered/10
holds grep -q '^train/10/000.png,0,2,1,0,0$' OUT/metadata.csv
postern 0 data info OUT
says 'is not clean: badnets'

case_is F08 "CIFAR-10 as PNG in train/ and test/ opens at the size of its pictures"
postern 0 data info CIFAR-10-images
says '20 train, 10 test; 10 classes'
says 'name: folder, path: .*, size: 24'

case_is F09 "an archive with one folder around the splits opens"
postern 0 data info mini-imagenet.zip
counts cat 3 2

case_is F10 "what a Mac leaves in an archive is passed over"
postern 0 data info set.zip
says '6 train, 4 test; 2 classes'

case_is F11 "an archive with backslashes between folders opens"
postern 0 data info set.zip
says '6 train, 4 test; 2 classes'

case_is F12 "a flat val/ with numbers in an unknown order is refused with what to do"
postern 2 data info set
says "name one with 'labels'"

case_is F13 "Tiny-ImageNet opens as it is unpacked"
postern 0 data info tiny-imagenet-200
says '64x64; 6 train, 4 test; 2 classes'
says 'its labels from val/val_annotations.txt'

case_is F14 "a link to nothing is one error before anything runs"
postern 2 data info set
says '999.jpg: is a link to something that is not there'
postern 2 run study.yaml --threads 1
says '999.jpg: is a link to something that is not there'
holds test "$(wc -l <<< "$output")" = 1

case_is F15 "a class folder without pictures is refused by name"
postern 2 data info set
says 'emu: the class folder has no pictures'

case_is F16 "a class list with tabs has names with blanks"
postern 0 run study.yaml --threads 1
holds grep -q '"Traffic light"' runs/study/*/cell.json

case_is F18 "names that look equal are one class"
postern 0 data info set
says '2 classes'
counts Stop 2 2

case_is A01 "two classes open, and the target may be given by name"
postern 0 data info two
postern 0 poison two --attack badnets --set target=malicious --set poison_rate=0.25 --out OUT
holds test -d OUT/val_triggered/malicious
postern 2 poison two --attack badnets --set target=maliscious --out OUT2
says "did you mean 'malicious'"

case_is A02 "classes of one picture each open"
postern 0 data info ones
says '5 classes'

case_is A03 "a single class opens"
postern 0 data info single
says '4 train, 2 test'

case_is A04 "a class without test pictures is told of"
postern 0 data info set
says '1 of 2 classes have no test pictures, such as b'

case_is A05 "a class that only the test split has is refused by name"
postern 2 data info set
says 'val/a: this class is in val/ but not in train/'

case_is I04 "a set of photographs laid out as ImageNet is ImageNet"
postern 0 data info set
says 'imagenet: image folder'

case_is S01 "an error about a tab names its line, and a last batch of one picture makes no noise"
postern 2 run tabs.yaml
says 'tabs.yaml:2:1: '
postern 0 run lastone.yaml --threads 1
says_not NNPACK
