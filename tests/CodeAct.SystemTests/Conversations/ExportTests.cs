using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CodeAct.Agents;
using CodeAct.Conversations;
using CodeAct.Conversations.Export;
using CodeAct.Python;
using CodeAct.SystemTests.Python;
using CodeAct.Testing;

namespace CodeAct.SystemTests.Conversations;

/// <summary>A conversation that really ran, with a table, a picture, an error and hostile text, in every format.</summary>
public sealed partial class ExportTests(LocalEngine local) : IClassFixture<LocalEngine>
{
    private const string Hostile = "</pre><script>alert(1)</script>```\n<img src=http://x.example/y>";

    private static readonly ConversationSummary _summary = new(
        "7k2m000000", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), default, "Plot <b>it</b>", "scripted:model", 0, null,
        "", "7k2m000000");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_notebook_is_valid_for_nbformat_with_its_outputs_and_pictures()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, await ExportAsync(ExportFormat.Ipynb), Cancel);
        var script = Path.Combine(AppContext.BaseDirectory, "Conversations", "notebook.py");
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", [script, file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var said = await Task.WhenAll(python.StandardOutput.ReadToEndAsync(Cancel), python.StandardError.ReadToEndAsync(Cancel));
        await python.WaitForExitAsync(Cancel);
        File.Delete(file);

        Assert.Equal((0, ""), (python.ExitCode, said[1]));
        Assert.Equal(
            """
            markdown -
            markdown -
            code 1
              stream - [] -
              display_data - ['image/png', 'text/plain'] PNG
              execute_result - ['text/html', 'text/plain'] -
            code 2
              stream - [] -
              error ZeroDivisionError [] -
            markdown -

            """,
            said[0]);
    }

    [Fact]
    public async Task A_page_stands_alone_and_what_was_said_in_it_stays_text()
    {
        var html = await ExportAsync(ExportFormat.Html);

        Assert.DoesNotContain("<script", html);
        Assert.DoesNotContain("<b>", html);
        Assert.DoesNotMatch("<[^>]*(?:src|href)=\"(?!data:)", html);
        Assert.DoesNotContain("@import", html);
        Assert.Contains("default-src 'none'", html);
        Assert.Contains("prefers-color-scheme: dark", html);
        Assert.Single(Images().Matches(html));
        Assert.Contains("&lt;script&gt;alert(1)", html);
        Assert.Contains("ZeroDivisionError: division by zero", html);
        var body = html[html.IndexOf("<main>", StringComparison.Ordinal)..(html.IndexOf("</main>", StringComparison.Ordinal) + 7)];
        var wellFormed = XDocument.Parse(Images().Replace(body, "${image}/>")); // throws when a tag is left open
        Assert.Equal(2, wellFormed.Descendants("pre").Count(pre => pre.Attribute("class")?.Value == "code"));
    }

    [Fact]
    public async Task Markdown_has_code_and_output_in_fences_that_nothing_in_them_ends()
    {
        var text = await ExportAsync(ExportFormat.Md);

        Assert.Contains("\n> Plot <b>it</b>\n> \n> Files: a.csv\n", text);
        Assert.Contains("\n````text\n" + Hostile, text);
        Assert.Contains("](data:image/png;base64,iVBOR", text);
        Assert.EndsWith("\nDone: 6.\n", text);
    }

    [Fact]
    public async Task Training_lines_have_the_roles_and_the_order_that_training_needs()
    {
        var line = JsonNode.Parse(Assert.Single((await ExportAsync(ExportFormat.Jsonl)).TrimEnd('\n').Split('\n')))!;
        var openAI = JsonNode.Parse(Assert.Single((await ExportAsync(ExportFormat.OpenAI)).TrimEnd('\n').Split('\n')))!;

        Assert.Equal("codeact/7k2m000000/scripted:model", line["id"]!.GetValue<string>());
        var messages = line["conversations"]!.AsArray();
        string[] roles = ["system", "user", "assistant", "user", "assistant", "user", "assistant"];
        Assert.Equal(roles, messages.Select(message => message!["role"]!.GetValue<string>()));
        Assert.StartsWith("Execution Output:\n", messages[3]!["content"]!.GetValue<string>());
        Assert.Equal(roles, openAI["messages"]!.AsArray().Select(message => message!["role"]!.GetValue<string>()));
        Assert.All(openAI["messages"]!.AsArray(), message => Assert.Equal(["role", "content"], message!.AsObject().Select(one => one.Key)));
    }

    [Fact]
    public async Task Events_are_the_log_itself_and_where_nothing_was_said_there_is_nothing_to_learn_from()
    {
        var lines = (await ExportAsync(ExportFormat.Events)).TrimEnd('\n').Split('\n');

        Assert.Equal(lines, lines.Select(line => LogJson.Write(LogJson.Read(line))));
        Assert.Throws<InvalidOperationException>(() => ConversationExport.Write(_summary, [], ExportFormat.OpenAI));
    }

    private async Task<string> ExportAsync(ExportFormat format)
    {
        await using var session = await local.Engine.CreateSessionAsync(new SessionOptions(), Cancel);
        await File.WriteAllTextAsync(Path.Combine(session.Workspace.Root, "a.csv"), "a\n1\n", Cancel);
        var model = new ScriptedModel(
            "I plot.\n<execute>\nimport matplotlib.pyplot as plt, pandas as pd\n"
            + $"print('''{Hostile}''')\nplt.plot([1, 2]); plt.show()\npd.DataFrame({{'a': [1]}})\n</execute>",
            "<execute>\nprint('before')\n1 / 0\n</execute>",
            "Done: 6.").AsModel();
        var entries = await new Agent(model, new AgentOptions(), TimeProvider.System)
            .RunAsync(new Conversation(session), "Plot <b>it</b>", Cancel)
            .Select(happened => new LogEntry(_summary.Created, happened))
            .ToListAsync(Cancel);
        return ConversationExport.Write(_summary, entries, format);
    }

    [GeneratedRegex("(?<image><img [^>]*)>", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Images();
}
