using CodeAct.WebTests.Hosting;
using CodeAct.WebTests.Npm;

namespace CodeAct.WebTests.OpenAI;

public sealed class NpmOpenAITests(WebHost host)
{
    [Fact]
    public async Task The_official_JavaScript_client_chats_streams_sends_files_and_reads_what_was_made()
    {
        var got = await NodeProgram.RunAsync("openai.mjs", TestContext.Current.CancellationToken, host.Server.Url.ToString());
        Assert.EndsWith("It says: 21", Text("chat"), StringComparison.Ordinal);
        Assert.Equal("stop", Text("finish"));
        Assert.True(got.GetProperty("tokens").GetInt64() > 0);
        Assert.Equal("It says: 1024", Text("runner"));
        Assert.True(got.GetProperty("listed").GetBoolean());
        Assert.Equal(["message", "code_interpreter_call", "message"], Texts("items"));
        Assert.Contains("a,3", Text("made"), StringComparison.Ordinal);
        Assert.True(got.GetProperty("deleted").GetBoolean());
        Assert.Equal(
            [
                "response.created", "response.in_progress",
                "response.output_item.added", "response.content_part.added", "response.output_text.delta",
                "response.output_text.done", "response.content_part.done", "response.output_item.done",
                "response.output_item.added", "response.code_interpreter_call.in_progress",
                "response.code_interpreter_call_code.delta", "response.code_interpreter_call_code.done",
                "response.code_interpreter_call.interpreting", "response.code_interpreter_call.completed", "response.output_item.done",
                "response.output_item.added", "response.content_part.added", "response.output_text.delta",
                "response.output_text.done", "response.content_part.done", "response.output_item.done",
                "response.completed",
            ],
            Texts("events"));
        Assert.Contains("a,3", Text("answer"), StringComparison.Ordinal);
        Assert.Equal("It says: 81", Text("final"));
        Assert.Equal(["echo", "echo:answer", "echo:raw"], Texts("models"));
        Assert.Equal("""["NotFoundError",404,"model_not_found","model"]""", got.GetProperty("error").GetRawText());

        string Text(string name) => got.GetProperty(name).GetString()!;
        IEnumerable<string?> Texts(string name) => got.GetProperty(name).EnumerateArray().Select(one => one.GetString());
    }
}
