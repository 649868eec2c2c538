# Pictures that cannot be read, and pictures that are others than a result tells of.

# A study of one small cell, for the set that is named.
study_of() { printf '%s\n' "datasets: [{name: imagenet, path: $1}]" 'models: [resnet-mini]' 'attacks: [none]' 'preset: quick' \
    'train: {epochs: 1, batch_size: 4}' > "$1.yaml"; }

case_is I01 "every kind of picture is decoded"
holds mkdir -p set/train/a set/val/a
holds cp -r img/. set/train/a
holds cp img/rgb.jpg set/val/a
postern 0 data info set --check
says '21 train, 1 test'
says '; 0 cannot be read'

case_is I02 "a JPEG whose end is missing is refused by name"
holds mkdir -p set/train/a set/val/a
holds cp noeoi.jpg set/train/a
holds cp noeoi.jpg set/val/a
postern 2 data info set --check
says 'unreadable set/train/a/noeoi.jpg: the picture is cut short'

for case in I03:'the picture is cut short' I04:'the picture is damaged' I05:'the picture is cut short'; do
    case_is "${case%%:*}" "a picture that cannot be read is found before the first epoch, whatever the seed, and may be left out"
    postern 2 data info set --check
    says "unreadable set/train/a/3.jpg: ${case#*:}"
    says "error: set: 1 of 16 pictures cannot be read .set/train/a/3.jpg: ${case#*:}"
    postern 1 run study.yaml --threads 1 --set 'seeds=[0, 1, 2, 3]'
    says "FAILED: .*set/train/a/3.jpg: ${case#*:}"
    says_not 'epoch 1'
    says '4 cells failed'
    holds grep -q 3.jpg runs/study/*_s3-*/failure.json
    postern 0 run study.yaml --threads 1 --set datasets.0.unreadable=skip --set train.epochs=1
    says 'left out because they cannot be read: 1 of 12 training pictures, train/a/3.jpg first'
    holds grep -q '"train_count": 11' runs/study/*/cell.json
done

case_is I05 "the other datasets of a study run all the same"
postern 1 run two.yaml --threads 1 --set datasets.1.train=64 --set datasets.1.test=32
says 'signs .*: done'
says '1 cells failed'
postern 1 run two.yaml --threads 2 --jobs 2 --out side --set datasets.1.train=64 --set datasets.1.test=32
says 'signs .*: done'

case_is A01 "a set with the names and lengths of another does not take over its results"
holds cp -r two copy
holds cp -r two other
# The density in a JPEG's header: other bytes, the same picture.
holds bash -c "printf '\\005' | dd of=other/train/benign/000.jpg bs=1 seek=15 conv=notrunc"
for set in two copy other; do ready && study_of $set; done
postern 0 run two.yaml --threads 1
postern 0 run copy.yaml --threads 1
says 'is finished in .*two.* and taken from there'
postern 0 run other.yaml --threads 1
says_not 'taken from there'
postern 2 run two.yaml --threads 1 --set datasets.0.path=other
says 'was trained on other data than imagenet is now'
