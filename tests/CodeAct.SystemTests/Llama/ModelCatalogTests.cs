using CodeAct.Llama;
using CodeAct.Llama.Tokenization;

namespace CodeAct.SystemTests.Llama;

public sealed class ModelCatalogTests(TinyModel tiny) : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-catalog-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Models_are_found_below_a_folder_and_told_apart_from_what_is_none()
    {
        var good = Path.Combine(_directory, "deep", "er", "good.gguf");
        var bad = Path.Combine(_directory, "bad.gguf");
        Directory.CreateDirectory(Path.GetDirectoryName(good)!);
        File.Copy(tiny.File, good);
        File.WriteAllText(bad, "GGUF");
        TokenizerGguf.Write(Path.Combine(_directory, "vocabulary.gguf"), TinyCheckpoint.Vocabulary);

        var models = ModelCatalog.List([_directory, Path.Combine(_directory, "deep"), "/no/such/folder"]).ToArray();
        Assert.Equal([bad, good], models.Select(model => model.Path));
        Assert.Equal(("bad", "it is no GGUF file; give a file that ends in .gguf."), (models[0].Name, models[0].Problem));
        Assert.Equal(
            new CatalogModel(good, new FileInfo(good).Length)
            {
                Name = "tiny",
                Architecture = "llama",
                Parameters = 94_528,
                Quantization = "F16",
                ContextTokens = 256,
            },
            models[1]);
    }
}
