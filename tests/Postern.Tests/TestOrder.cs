using Xunit.Sdk;
using Xunit.v3;

// libtorch uses every core by itself, and tests of live tensors count those of the whole process.
[assembly: Parallelization(Mode = ParallelMode.None)]
