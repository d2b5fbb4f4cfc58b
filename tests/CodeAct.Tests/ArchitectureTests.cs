using System.Runtime.CompilerServices;

namespace CodeAct.Tests;

public sealed class ArchitectureTests
{
    /// <summary>Each folder of the library, and what it may not know because it is above it or beside it.</summary>
    [Theory]
    [InlineData("Python", "Actions", "Agents", "Conversations", "Models", "Telemetry", "Testing", "Tools")]
    [InlineData("Tools", "Actions", "Agents", "Conversations", "Models", "Telemetry", "Testing")]
    [InlineData("Models", "Actions", "Agents", "Conversations", "Python", "Telemetry", "Testing", "Tools")]
    [InlineData("Actions", "Agents", "Conversations", "Models", "Telemetry", "Testing", "Tools")]
    [InlineData("Agents", "Conversations", "Telemetry", "Testing")]
    [InlineData("Conversations", "Telemetry", "Testing", "Tools")]
    [InlineData("Telemetry", "Testing")]
    public void A_folder_does_not_know_what_is_above_it(string folder, params string[] above)
    {
        var files = Directory.GetFiles(Path.Combine(Source(), folder), "*.cs", SearchOption.AllDirectories);

        Assert.NotEmpty(files);
        Assert.All(files, file =>
        {
            var text = File.ReadAllText(file);
            Assert.All(above, name => Assert.DoesNotContain($"CodeAct.{name}", text));
        });
    }

    private static string Source([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "src", "CodeAct"));
}
