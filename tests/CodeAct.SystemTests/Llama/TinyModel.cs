using CodeAct.Llama.Checkpoints;
using CodeAct.Llama.Gguf;
using CodeAct.SystemTests.Llama;

[assembly: AssemblyFixture(typeof(TinyModel))]

namespace CodeAct.SystemTests.Llama;

/// <summary>The GGUF file of <see cref="TinyCheckpoint"/>, made once for all tests.</summary>
public sealed class TinyModel : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-tiny-").FullName;

    public TinyModel()
    {
        File = Path.Combine(_directory, "tiny.gguf");
        TinyCheckpoint.Write(_directory);
        GgufExport.Write(_directory, File, GgmlType.F16, CancellationToken.None);
    }

    public string File { get; }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
