// Every kernel, as one file to compile. tools/build-ptx makes kernels.ptx.gz of it.
#include "scan.cuh"
#include "gate.cuh"
#include "convolution.cuh"
#include "norm.cuh"
#include "sum.cuh"
