using CodeAct.WebTests.Hosting;
using OpenAI.Responses;

namespace CodeAct.WebTests.OpenAI;

public sealed class ResponsesTests(WebHost host)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_work_is_items_of_the_code_interpreter_and_the_answer_a_message()
    {
        var response = (await host.Responses().CreateResponseAsync("echo", "`print(6 * 7)`", null, Cancel)).Value;
        Assert.Equal(ResponseStatus.Completed, response.Status);
        Assert.Equal(3, response.OutputItems.Count);
        Assert.Equal("I run cell 1 of 1.", ((MessageResponseItem)response.OutputItems[0]).Content[0].Text.Trim());
        var call = (CodeInterpreterCallResponseItem)response.OutputItems[1];
        Assert.Equal("print(6 * 7)", call.Code);
        Assert.Equal("42", Assert.IsType<CodeInterpreterCallLogsOutput>(Assert.Single(call.Outputs)).Logs);
        Assert.Equal("It says: 42", ((MessageResponseItem)response.OutputItems[2]).Content[0].Text);
        Assert.True(response.Usage is { InputTokenCount: > 0, OutputTokenCount: > 0 });
    }

    [Fact]
    public async Task A_stream_tells_of_text_and_code_and_ends_with_the_whole_response()
    {
        var (text, code, kinds, whole) = ("", "", new List<string>(), (ResponseResult?)null);
        await foreach (var update in host.Responses().CreateResponseStreamingAsync("echo", "`print(6 * 7)`", null, Cancel))
        {
            kinds.Add(update.GetType().Name);
            text += (update as StreamingResponseOutputTextDeltaUpdate)?.Delta;
            code += (update as StreamingResponseCodeInterpreterCallCodeDeltaUpdate)?.Delta;
            whole = (update as StreamingResponseCompletedUpdate)?.Response;
        }

        Assert.NotNull(whole);
        Assert.Equal("print(6 * 7)", code);
        Assert.Equal(whole.GetOutputText(), text);
        Assert.Equal(nameof(StreamingResponseCreatedUpdate), kinds[0]);
        Assert.Contains(nameof(StreamingResponseCodeInterpreterCallCompletedUpdate), kinds);
        Assert.Equal(
            kinds.Count(kind => kind == nameof(StreamingResponseOutputItemAddedUpdate)),
            kinds.Count(kind => kind == nameof(StreamingResponseOutputItemDoneUpdate)));

        var read = (await host.Responses().GetResponseAsync(whole.Id, Cancel)).Value;
        Assert.Equal(text, read.GetOutputText());
        Assert.Equal(3, read.OutputItems.Count);
    }

    [Fact]
    public async Task A_response_goes_on_from_any_earlier_one_with_the_variables_of_that_time()
    {
        var client = host.Responses();
        var first = (await client.CreateResponseAsync("echo:answer", "`x = 1`", null, Cancel)).Value;
        var second = (await client.CreateResponseAsync("echo:answer", "`x += 1; print(x)`", first.Id, Cancel)).Value;
        var again = (await client.CreateResponseAsync("echo:answer", "`x += 10; print(x)`", first.Id, Cancel)).Value;
        Assert.Equal("It says: 2", second.GetOutputText());
        Assert.Equal("It says: 11", again.GetOutputText());
        var third = (await client.CreateResponseAsync("echo:answer", "`print(x)`", second.Id, Cancel)).Value;
        Assert.Equal("It says: 2", third.GetOutputText());
    }

    [Fact]
    public async Task A_conversation_that_is_named_goes_on()
    {
        var client = host.Responses();
        var first = (await client.CreateResponseAsync("echo", "`x = 5`", null, Cancel)).Value;
        var options = new CreateResponseOptions("echo:answer", [ResponseItem.CreateUserMessageItem("`print(x)`")])
        {
            ConversationOptions = new ResponseConversationOptions(first.ConversationOptions.ConversationId),
        };
        Assert.Equal("It says: 5", (await client.CreateResponseAsync(options, Cancel)).Value.GetOutputText());
    }

    [Fact]
    public async Task Files_go_in_by_the_tool_and_come_out_as_citations()
    {
        var upload = (await host.Files().UploadFileAsync(BinaryData.FromString("a\n1\n2\n"), "data.csv", "user_data")).Value;
        var options = new CreateResponseOptions(
            "echo", [ResponseItem.CreateUserMessageItem("`import pandas as pd; pd.read_csv('data.csv').sum().to_csv('sum.csv')`")]);
        options.Tools.Add(new CodeInterpreterTool(new CodeInterpreterToolContainer(
            CodeInterpreterToolContainerConfiguration.CreateAutomaticContainerConfiguration([upload.Id]))));
        var response = (await host.Responses().CreateResponseAsync(options, Cancel)).Value;
        var part = ((MessageResponseItem)response.OutputItems[^1]).Content[0];
        var made = Assert.IsType<ContainerFileCitationMessageAnnotation>(Assert.Single(part.OutputTextAnnotations));
        Assert.Equal("sum.csv", made.Filename);
        Assert.Equal("sandbox:/mnt/data/sum.csv", part.Text[made.StartIndex..made.EndIndex]);
        using var client = host.Client();
        Assert.Contains("a,3", await client.GetStringAsync($"v1/containers/{made.ContainerId}/files/{made.FileId}/content", Cancel), StringComparison.Ordinal);
        Assert.Contains("a,3", await client.GetStringAsync($"v1/files/{made.FileId}/content", Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_that_a_cell_shows_is_an_output_of_its_call()
    {
        var code = "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()";
        var response = (await host.Responses().CreateResponseAsync("echo", $"`{code}`", null, Cancel)).Value;
        var call = response.OutputItems.OfType<CodeInterpreterCallResponseItem>().Single();
        var picture = Assert.Single(call.Outputs.OfType<CodeInterpreterCallImageOutput>());
        Assert.StartsWith("data:image/png;base64,iVBOR", picture.ImageUri.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_model_alone_is_a_response_too()
    {
        var text = "";
        await foreach (var update in host.Responses().CreateResponseStreamingAsync("echo:raw", "hello", null, Cancel))
        {
            text += (update as StreamingResponseOutputTextDeltaUpdate)?.Delta;
        }

        Assert.Equal("You said: hello", text);
        Assert.Equal(text, (await host.Responses().CreateResponseAsync("echo:raw", "hello", null, Cancel)).Value.GetOutputText());
    }
}
