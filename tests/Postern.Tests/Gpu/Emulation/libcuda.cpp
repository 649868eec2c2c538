// A stand-in for the CUDA driver: device memory is this process's memory, and a launch runs the same kernel source in emulation.
// A function can be told to answer with an error. There is one card, or as many as it is told.
#include "emulation.h"
#include "kernels.cu"

static std::string faulty;
static int fault_code;
static int cards = 1;

static int fault(const char* function) { return faulty == function ? fault_code : 0; }

#define ANSWER(function) if (int code = fault(#function)) return code
static int pushed;

extern "C"
{
int cuInit(unsigned) { ANSWER(cuInit); return 0; }
int cuDriverGetVersion(int* version) { ANSWER(cuDriverGetVersion); *version = 13000; return 0; }
int cuDeviceGetCount(int* count) { ANSWER(cuDeviceGetCount); *count = cards; return 0; }
int cuDeviceGet(int* device, int index) { ANSWER(cuDeviceGet); *device = index; return index < cards ? 0 : 101; }
int cuDeviceGetName(char* name, int length, int) { ANSWER(cuDeviceGetName); strncpy(name, "Emulated card", length); return 0; }
int cuDeviceTotalMem_v2(size_t* bytes, int) { ANSWER(cuDeviceTotalMem_v2); *bytes = (size_t)8 << 30; return 0; }
int cuDeviceGetAttribute(int* value, int attribute, int)
{
    ANSWER(cuDeviceGetAttribute);
    *value = attribute == 75 ? 9 : 0;
    return 0;
}
int cuDevicePrimaryCtxRetain(void** context, int) { ANSWER(cuDevicePrimaryCtxRetain); *context = (void*)0xC0; return 0; }
int cuDevicePrimaryCtxRelease_v2(int) { return 0; }
int cuCtxPushCurrent_v2(void* context) { ANSWER(cuCtxPushCurrent_v2); pushed++; return context == (void*)0xC0 ? 0 : 201; }
int cuCtxPopCurrent_v2(void** context) { *context = (void*)0xC0; return pushed-- > 0 ? 0 : 201; }
int cuCtxSynchronize() { ANSWER(cuCtxSynchronize); return pushed > 0 ? 0 : 201; }

int cuMemGetInfo_v2(size_t* free, size_t* all)
{
    ANSWER(cuMemGetInfo_v2);
    *free = (size_t)6 << 30;
    *all = (size_t)8 << 30;
    return pushed > 0 ? 0 : 201;
}

int cuEventCreate(void** event, unsigned) { ANSWER(cuEventCreate); *event = malloc(1); return pushed > 0 ? 0 : 201; }
int cuEventRecord(void*, void*) { ANSWER(cuEventRecord); return pushed > 0 ? 0 : 201; }
int cuEventSynchronize(void*) { ANSWER(cuEventSynchronize); return pushed > 0 ? 0 : 201; }
int cuEventDestroy_v2(void* event) { ANSWER(cuEventDestroy_v2); free(event); return 0; }

// Options 3 and 5 are the log's place, 4 and 6 its size; a refused image leaves a line there, as the driver does.
int cuModuleLoadDataEx(void** module, const void* image, unsigned options, int* names, void** values)
{
    int code = fault("cuModuleLoadDataEx");
    if (pushed < 1) return 201;
    if (!code && !strstr((const char*)image, ".target sm_75")) code = 218;
    if (code)
    {
        for (unsigned i = 0; i < options; i++)
            if (names[i] == 5) strcpy((char*)values[i], "ptxas application ptx input, line 1; fatal : Missing .version directive\n");
        return code;
    }
    *module = strdup((const char*)image);
    return 0;
}
int cuModuleUnload(void* module) { free(module); return 0; }
int cuModuleGetFunction(void** function, void* module, const char* name)
{
    ANSWER(cuModuleGetFunction);
    std::string entry = std::string(".entry ") + name + "(";
    auto found = emulated::entries().find(name);
    if (!strstr((char*)module, entry.c_str()) || found == emulated::entries().end()) return 500;
    *function = &found->second;
    return 0;
}
int cuLaunchKernel(void* function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned, void*,
    void** parameters, void**)
{
    ANSWER(cuLaunchKernel);
    if (pushed < 1) return 201;
    if (!gx || !gy || !gz || gy > 65535 || gz > 65535 || bx != emulated::threads || by != 1 || bz != 1) return 1;
    emulated::launch(*(emulated::Entry*)function, parameters[0], gx, gy, gz);
    return 0;
}
int cuGetErrorName(int code, const char** name)
{
    switch (code)
    {
        case 1: *name = "CUDA_ERROR_INVALID_VALUE"; return 0;
        case 2: *name = "CUDA_ERROR_OUT_OF_MEMORY"; return 0;
        case 100: *name = "CUDA_ERROR_NO_DEVICE"; return 0;
        case 101: *name = "CUDA_ERROR_INVALID_DEVICE"; return 0;
        case 201: *name = "CUDA_ERROR_INVALID_CONTEXT"; return 0;
        case 218: *name = "CUDA_ERROR_INVALID_PTX"; return 0;
        case 500: *name = "CUDA_ERROR_NOT_FOUND"; return 0;
        case 700: *name = "CUDA_ERROR_ILLEGAL_ADDRESS"; return 0;
        default: return 1;
    }
}

void postern_fault(const char* function, int code) { faulty = function; fault_code = code; }

void postern_cards(int count) { cards = count; }

// The size of what a kernel is given, for the test that both languages agree on it; 0 for no such kernel.
long postern_size_of_call(const char* kernel)
{
    auto found = emulated::entries().find(kernel);
    return found == emulated::entries().end() ? 0 : (long)found->second.size;
}
}
