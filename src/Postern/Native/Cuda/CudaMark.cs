namespace Postern.Native.Cuda;

/// <summary>
/// A place in the default stream of a card: once it is reached, everything that was started before is done, copies from this
/// processor's memory among it.
/// </summary>
internal sealed class CudaMark
{
    // CU_EVENT_DISABLE_TIMING.
    private const uint WithoutTime = 2;

    private readonly CudaDriver driver;
    private readonly int index;
    private readonly nint mark;

    /// <summary>Behind all that was started on a card so far.</summary>
    /// <exception cref="InputException">The driver answers with an error.</exception>
    public CudaMark(CudaDriver driver, int index)
    {
        (this.driver, this.index) = (driver, index);
        mark = driver.On(index, () =>
        {
            nint made = 0;
            driver.Call<CreateCall>("cuEventCreate", f => f(out made, WithoutTime));
            driver.Call<RecordCall>("cuEventRecord", f => f(made, 0));
            return made;
        });
    }

    private delegate int CreateCall(out nint made, uint flags);

    private delegate int RecordCall(nint mark, nint stream);

    private delegate int MarkCall(nint mark);

    /// <summary>Waits until it is reached, and releases it; to be called once.</summary>
    /// <exception cref="InputException">Something that was started before has failed.</exception>
    public void Wait() => driver.On(index, () =>
    {
        driver.Call<MarkCall>("cuEventSynchronize", f => f(mark));
        driver.Call<MarkCall>("cuEventDestroy_v2", f => f(mark));
        return mark;
    });
}
