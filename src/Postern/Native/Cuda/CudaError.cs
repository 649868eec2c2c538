namespace Postern.Native.Cuda;

/// <summary>What the CUDA driver's codes mean for a user: <c>CUresult</c> of the driver's API.</summary>
internal static class CudaError
{
    private const string Report =
        "that is a defect: report it with what 'postern doctor' says; device: cpu goes on without the card";

    private const string Restart =
        "start again; if it comes back, 'nvidia-smi' shows the card's state, and device: cpu goes on without";

    private const string Update = "install a newer NVIDIA driver (CUDA 10.1 or later), or set device: cpu";

    private static readonly Dictionary<int, (string Name, string Cure)> Known = new()
    {
        [1] = ("CUDA_ERROR_INVALID_VALUE", Report),
        [2] = ("CUDA_ERROR_OUT_OF_MEMORY",
            "the card's memory is full: lower batch_size, or end other programs on it ('nvidia-smi' lists them)"),
        [3] = ("CUDA_ERROR_NOT_INITIALIZED", Report),
        [4] = ("CUDA_ERROR_DEINITIALIZED", Restart),
        [34] = ("CUDA_ERROR_STUB_LIBRARY", "libcuda.so.1 is the toolkit's stub: take its folder out of LD_LIBRARY_PATH"),
        [46] = ("CUDA_ERROR_DEVICE_UNAVAILABLE", "another process has the card for itself: wait for its end, or set device: cpu"),
        [100] = ("CUDA_ERROR_NO_DEVICE",
            "the driver sees no card: check CUDA_VISIBLE_DEVICES and 'nvidia-smi', in a container its --gpus option, or set device: cpu"),
        [101] = ("CUDA_ERROR_INVALID_DEVICE", "there is no card of that number: 'postern doctor' lists those that there are"),
        [200] = ("CUDA_ERROR_INVALID_IMAGE", Update),
        [201] = ("CUDA_ERROR_INVALID_CONTEXT", Report),
        [209] = ("CUDA_ERROR_NO_BINARY_FOR_GPU",
            "the card is older than the kernels are for (compute capability 7.5, Turing): set device: cpu"),
        [214] =
            ("CUDA_ERROR_ECC_UNCORRECTABLE", "the card's memory has failed: reset or replace it; device: cpu goes on without"),
        [218] = ("CUDA_ERROR_INVALID_PTX", Update),
        [221] = ("CUDA_ERROR_JIT_COMPILER_NOT_FOUND",
            "the driver's compiler libnvidia-ptxjitcompiler.so.1 is missing: install the whole driver, or set device: cpu"),
        [222] = ("CUDA_ERROR_UNSUPPORTED_PTX_VERSION", Update),
        [223] = ("CUDA_ERROR_JIT_COMPILATION_DISABLED", "unset CUDA_DISABLE_PTX_JIT, or set device: cpu"),
        [304] = ("CUDA_ERROR_OPERATING_SYSTEM", Restart),
        [500] = ("CUDA_ERROR_NOT_FOUND", Report),
        [700] = ("CUDA_ERROR_ILLEGAL_ADDRESS", Report),
        [701] = ("CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", Report),
        [702] = ("CUDA_ERROR_LAUNCH_TIMEOUT", "the system stops kernels on a card that also shows the screen: lower batch_size"),
        [715] = ("CUDA_ERROR_ILLEGAL_INSTRUCTION", Report),
        [716] = ("CUDA_ERROR_MISALIGNED_ADDRESS", Report),
        [719] = ("CUDA_ERROR_LAUNCH_FAILED", Report),
        [802] = ("CUDA_ERROR_SYSTEM_NOT_READY",
            "the system's fabric manager does not run: start nvidia-fabricmanager, or wait for it"),
        [803] = ("CUDA_ERROR_SYSTEM_DRIVER_MISMATCH",
            "the driver's library and the kernel's module are of two versions: restart the machine after the update"),
        [804] = ("CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE",
            "CUDA's compatibility package is not for this card: take its folder out of LD_LIBRARY_PATH"),
        [999] = ("CUDA_ERROR_UNKNOWN", Restart),
    };

    /// <summary>The codes that have a cure of their own.</summary>
    public static IReadOnlyCollection<int> Codes => Known.Keys;

    /// <summary>The error of one call, in one line.</summary>
    /// <param name="function">The call, as the driver names it.</param>
    /// <param name="code">What it answered; not 0.</param>
    /// <param name="name">The driver's own name of the code; null where it has none.</param>
    /// <param name="log">What the driver's compiler said; empty where it was not asked.</param>
    public static InputException Of(string function, int code, string? name = null, string log = "")
    {
        (string ours, string cure) = Known.GetValueOrDefault(code, ("an unknown error", Restart));
        string said = log.Trim() is { Length: > 0 } text ? $", saying '{text.ReplaceLineEndings(" ")}'" : "";
        return new InputException("CUDA driver", $"{function} answered {name ?? ours} ({code}){said}; {cure}");
    }
}
