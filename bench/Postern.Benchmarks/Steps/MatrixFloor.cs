using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Benchmarks;

/// <summary>
/// Exactly the matrix products of a training step and nothing else: of each layer the output and the gradients of weight and
/// input. libtorch knows two routes, and which is the faster depends on the processor: its matrix product, and a 1x1 convolution.
/// The floor is the faster of the two, whichever the models take.
/// </summary>
internal sealed class MatrixFloor : IDisposable
{
    private readonly (LinearWork Work, Tensor X, Tensor W, Tensor Y, Tensor GradX, Tensor GradW)[] layers;

    /// <param name="works">The layers.</param>
    /// <param name="type">Float32 or BFloat16.</param>
    public MatrixFloor(IEnumerable<LinearWork> works, ScalarType type)
    {
        random.manual_seed(1);
        layers =
            [.. works.Select(w => (w, Random(w.Rows, w.Inputs), Random(w.Outputs, w.Inputs), Random(w.Rows, w.Outputs),
                Random(w.Rows, w.Inputs), Random(w.Outputs, w.Inputs)))];

        Tensor Random(long rows, long columns) => randn([rows, columns]).to(type).DetachFromDisposeScope();
    }

    /// <summary>
    /// Makes all products once as matrix products, written into memory that is there already, and gives their seconds.
    /// </summary>
    public double RunAsProducts()
    {
        using var noGrad = no_grad();
        return SideBySide.Time(() =>
        {
            foreach ((LinearWork work, Tensor x, Tensor w, Tensor y, Tensor gradX, Tensor gradW) in layers)
            {
                using DisposeScope scope = NewDisposeScope();
                // Y stands for its own gradient, too: its values do not change the time.
                Tensor transposedW = w.t(), transposedY = y.t();
                for (int layer = 0; layer < work.Layers; layer++)
                {
                    y.addmm_(x, transposedW, beta: 0, alpha: 1);
                    gradW.addmm_(transposedY, x, beta: 0, alpha: 1);
                    if (work.OfInput) gradX.addmm_(y, w, beta: 0, alpha: 1);
                }
            }
        });
    }

    /// <summary>Makes the same as 1x1 convolutions over tokens, differentiated, and gives their seconds.</summary>
    public double RunAsConvolutions() => SideBySide.Time(() =>
    {
        foreach ((LinearWork work, Tensor x, Tensor w, Tensor y, _, _) in layers)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor pixels = Pixels(x).detach().requires_grad_(work.OfInput),
                kernel = w.view(work.Outputs, work.Inputs, 1, 1).detach().requires_grad_();
            Tensor[] inputs = work.OfInput ? [pixels, kernel] : [kernel];
            for (int layer = 0; layer < work.Layers; layer++)
            {
                using DisposeScope one = NewDisposeScope();
                autograd.grad([nn.functional.conv2d(pixels, kernel)], inputs, [Pixels(y)]);
            }
        }

        // [rows, C] as [1, C, rows, 1] with channels last.
        static Tensor Pixels(Tensor rows) => rows.view(1, -1, 1, rows.shape[1]).permute(0, 3, 1, 2);
    });

    public void Dispose()
    {
        foreach ((_, Tensor x, Tensor w, Tensor y, Tensor gradX, Tensor gradW) in layers)
            foreach (Tensor tensor in new[] { x, w, y, gradX, gradW }) tensor.Dispose();
    }
}
