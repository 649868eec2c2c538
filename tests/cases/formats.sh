# Weight files, trigger pictures, GTSRB, CIFAR, parquet.

# Every file fits a model, and is converted.
fit() {
    for file in "$@"; do
        postern 0 models info "$file"
        says 'fits: nothing missing'
        postern 0 models convert "$file" "${file%%.*}.out.safetensors"
    done
}

case_is K01 "weights of compiled networks are found"
fit ddp_orig_mod.pth orig_mod.pth orig_mod_ddp.pth timm_orig_mod.pth.tar

case_is K02 "weights wrapped more than once, or averaged, are found"
fit module_twice.pth module_flat.pth swa_averaged.pth module_in_state_dict.pth

case_is K03 "weights that are an attribute of a module are found"
fit net_prefix.ckpt backbone_prefix.pth lightning.ckpt

case_is K04 "counters may be lists of one number, of any type"
for file in nbt1.pth nbt_float.pth nbt_int32.pth; do
    postern 0 models info $file --model resnet-mini
    says 'fits: nothing missing'
done

case_is K05 "weights beside the poisoned sets of BackdoorBench are found"
fit attack_result.pt attack_result_v2.pt

case_is K06 "a whole network is refused by the name of its class, and nothing runs"
postern 2 models info whole.pth
says 'asks for __main__.Net'

case_is K07 "objects of other libraries are refused by name"
postern 2 models info yacs.pth
says 'asks for yacs'

case_is K09 "the newest form of a .pth is read, a compressed one is refused"
fit torch26.pth
postern 2 models info deflated.pth
says 'compressed'

case_is K11 "weights under an unknown key are found"
fit weights.pth

case_is K15 "weights under an unknown key beside a loose tensor are found"
fit best_acc_tensor.pth
postern 2 models convert best_acc_tensor.pth x.pth --at nowhere
says "no tensors at 'nowhere'"
postern 2 models convert best_acc_tensor.pth x.pth --ema
says 'holds no running means'

case_is K16 "another grid of patches is recognised, a token too many fits no model and is not converted"
fit deit_197.pth vim_197.pth
postern 1 models info deit_198.pth
postern 2 models convert vim_198.pth x.pth
says 'fit a model of the catalogue'

poisoned() { postern 0 poison ../base/cifar-10-batches-bin --attack badnets --set "trigger=$1" --split test "${@:3}" --out "OUT/$2"; }

case_is T02 "another shape and a patch over everything are noted; size and place are as given"
poisoned tall_4x12.png whole
says 'stretched to 32x32'
says 'covers 100 %'
poisoned wide640x480.png wide
says 'stretched to 32x32'
poisoned tall_4x12.png placed --set trigger_at=-1,-1
says_not 'warning'
poisoned wide640x480.png sized --set trigger_size=8
says_not 'stretched'
postern 2 poison ../base/cifar-10-batches-bin --attack badnets --set trigger=tall_4x12.png --set trigger_at=30,0 --out OUT/x
says 'reaches out of pictures of 32x32'

case_is G01 "torchvision's GTSRB opens from each of its folders"
for path in gtsrb . gtsrb/GTSRB; do
    postern 0 data info $path
    says "gtsrb: GTSRB torchvision's folders"
    says '86 train, [0-9]+ test; 43 classes'
done

case_is G02 "Kaggle's GTSRB opens"
postern 0 data info .
says 'gtsrb: GTSRB folders Train and Test'
says '86 train, [0-9]+ test; 43 classes'

case_is G03 "BackdoorBench's GTSRB opens"
postern 0 data info gtsrb
says '86 train, [0-9]+ test; 43 classes'

case_is G05 "GTSRB as PNG opens with the tables of the originals"
postern 0 data info .
says '86 train, 43 test; 43 classes'

case_is G06 "a GTSRB without test labels says what is missing and where it may lie"
postern 2 data info .
says 'the test labels of GTSRB are not here; expected GT-final_test.csv'

case_is G07 "a table that begins with a byte order mark is read"
postern 0 data info .
says '86 train, 43 test; 43 classes'

case_is G08 "a label beyond the classes is refused with its line"
postern 2 data info .
says "csv:44: ClassId is '43'"

case_is G09 "a class without pictures is refused by its folder"
postern 2 data info .
says '00017: has no pictures'

case_is C01 "CIFAR-100 opens, binary and pickled"
for path in cifar-100-binary cifar-100-python; do
    postern 0 data info $path
    says '20 train, 10 test; 100 classes'
done

case_is C02 "CIFAR-10 that Python 3 saved again opens"
for path in p2 p3 p4 p5 npints nplabels fortran; do
    postern 0 data info $path
    says '100 train, 20 test; 10 classes'
done

case_is C04 "a batch that is missing is named"
postern 2 data info part
says 'data_batch_3: the file is missing'

case_is C05 "the published archive opens, whatever a browser added to its name"
for path in cifar-10-python.tar.gz . "b/cifar-10-python (1).tar.gz"; do
    postern 0 data info "$path"
    says '10 classes'
done

case_is P01 "columns called image and label are read"
postern 0 data info .
says '100 train, 20 test; 10 classes'

case_is P02 "hashes in the names of shards are no matter"
postern 0 data info .
says '100 train, 20 test; 10 classes'

case_is P03 "the hub's own conversion is read"
postern 0 data info .
says '100 train, 20 test; 10 classes'

case_is P04 "train.parquet and test.parquet are read"
postern 0 data info .
says '100 train, 20 test; 10 classes'

case_is P05 "CIFAR-100 in parquet files opens"
postern 0 data info cifar100
says '100 train, 20 test; 100 classes'

case_is P06 "shards that are missing are counted"
postern 2 data info .
says 'is one of 5 files, but 2 are here'
