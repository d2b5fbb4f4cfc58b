using CodeAct.Cli;
using CodeAct.Python;

namespace CodeAct.Tests.Cli;

public sealed class OutputFilesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-out-").FullName;
    private readonly Workspace _workspace = Workspace.Create();

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        _workspace.Dispose();
    }

    [Fact]
    public void What_was_there_before_is_kept_and_what_this_run_made_is_renewed()
    {
        File.WriteAllText(Out("a.csv"), "the user's");
        var output = new OutputFiles(_directory);

        Assert.Equal([Out("a-2.csv")], Make(output, "a.csv", "first"));
        Assert.Equal([Out("a-2.csv")], Make(output, "a.csv", "second"));

        Assert.Equal("the user's", File.ReadAllText(Out("a.csv")));
        Assert.Equal("second", File.ReadAllText(Out("a-2.csv")));
    }

    [Fact]
    public void Directories_are_kept_and_pictures_are_numbered()
    {
        var output = new OutputFiles(Out("new"));
        var picture = new DisplayData(new MimeBundle(new Dictionary<string, string> { ["image/png"] = "iVBORw0K" }));

        Assert.Equal([Out("new/sub/a.txt")], Make(output, "sub/a.txt", "x"));
        Assert.Equal([Out("new/figure-1.png")], output.Take(picture, _workspace));
        Assert.Equal([Out("new/figure-2.png")], output.Take(picture, _workspace));
        Assert.Equal(Convert.FromBase64String("iVBORw0K"), File.ReadAllBytes(Out("new/figure-2.png")));
    }

    [Fact]
    public void A_file_that_is_gone_again_and_text_bring_nothing_and_make_no_directory()
    {
        var output = new OutputFiles(Out("never"));

        Assert.Empty(output.Take(Ended("gone.txt"), _workspace));
        Assert.Empty(output.Take(new StreamText(StreamName.Stdout, "text"), _workspace));
        Assert.False(Directory.Exists(Out("never")));
    }

    private IReadOnlyList<string> Make(OutputFiles output, string name, string text)
    {
        var path = Path.Combine(_workspace.Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return output.Take(Ended(name), _workspace);
    }

    private static CellEnded Ended(string file) => new(CellStatus.Ok, TimeSpan.Zero, true, null, [file]);

    private string Out(string name) => Path.Combine(_directory, name);
}
