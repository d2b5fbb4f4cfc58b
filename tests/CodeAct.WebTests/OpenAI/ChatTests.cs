using System.ClientModel;
using System.Net;
using System.Text.Json;
using CodeAct.Agents;
using CodeAct.WebTests.Hosting;
using OpenAI.Chat;

namespace CodeAct.WebTests.OpenAI;

public sealed class ChatTests(WebHost host)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_answer_is_what_the_code_computed_with_the_work_as_markdown_before_it()
    {
        var completion = await host.Chat().CompleteChatAsync(["`print(6 * 7)`"], null, Cancel);
        Assert.Equal(
            """
            I run cell 1 of 1.

            ```python
            print(6 * 7)
            ```

            ```text
            42
            ```

            It says: 42
            """,
            completion.Text());
        Assert.Equal(ChatFinishReason.Stop, completion.Value.FinishReason);
        Assert.True(completion.Value.Usage is { InputTokenCount: > 0, OutputTokenCount: > 0 });
    }

    [Fact]
    public async Task A_stream_has_the_same_text_in_pieces_and_its_usage_at_the_end()
    {
        var (text, usage, pieces) = ("", (ChatTokenUsage?)null, 0);
        await foreach (var update in host.Chat().CompleteChatStreamingAsync(["`print(6 * 7)`"], null, Cancel))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            usage ??= update.Usage;
            pieces++;
        }

        Assert.Equal((await host.Chat().CompleteChatAsync(["`print(6 * 7)`"], null, Cancel)).Text(), text);
        Assert.True(usage is { InputTokenCount: > 0, OutputTokenCount: > 0 });
        Assert.InRange(pieces, 8, 100);
    }

    [Fact]
    public async Task The_answer_alone_and_the_model_alone_are_models_too()
    {
        Assert.Equal("It says: 42", (await host.Chat("echo:answer").CompleteChatAsync(["`print(6 * 7)`"], null, Cancel)).Text());
        var raw = await host.Chat("echo:raw").CompleteChatAsync(["`print(6 * 7)`"], null, Cancel);
        Assert.Contains("<execute>", raw.Text(), StringComparison.Ordinal);
        Assert.True(raw.Value.Usage.OutputTokenCount > 0);
    }

    [Fact]
    public async Task A_client_that_sends_all_that_was_said_goes_on_in_the_same_interpreter()
    {
        var chat = host.Chat();
        List<ChatMessage> messages = [new SystemChatMessage("Be brief."), new UserChatMessage("`x = 20`")];
        var first = await chat.CompleteChatAsync(messages, null, Cancel);
        messages.AddRange([new AssistantChatMessage(first.Text()), new UserChatMessage("`x += 1; print(x)`")]);
        var second = await chat.CompleteChatAsync(messages, null, Cancel);
        Assert.EndsWith("It says: 21", second.Text(), StringComparison.Ordinal);
        Assert.Equal(first.Conversation(), second.Conversation());

        var again = await chat.CompleteChatAsync(messages, null, Cancel); // the interpreter as it was then
        Assert.EndsWith("It says: 21", again.Text(), StringComparison.Ordinal);
        Assert.NotEqual(first.Conversation(), again.Conversation());
    }

    [Fact]
    public async Task What_was_said_elsewhere_is_part_of_the_new_conversation()
    {
        var messages = new ChatMessage[]
        {
            new SystemChatMessage("Speak like a pirate."),
            new UserChatMessage("My name is Ann."),
            new AssistantChatMessage("Ahoy, Ann."),
            new UserChatMessage("`x = 1`"),
        };
        var answer = await host.Chat().CompleteChatAsync(messages, null, Cancel);
        using var client = host.Client();
        var events = await new Talk(client, answer.Conversation()).EventsAsync(0)
            .TakeWhile(stored => stored.Entry.Event is not CellStarted).Select(stored => stored.Entry.Event).ToListAsync(Cancel);
        var begun = events.OfType<RunStarted>().ToList();
        Assert.Equal(["My name is Ann.", "`x = 1`"], begun.Select(run => run.Task));
        Assert.EndsWith("Speak like a pirate.", begun[0].SystemPrompt, StringComparison.Ordinal);
        Assert.Equal("Ahoy, Ann.", events.OfType<RunEnded>().First().Answer);
    }

    [Fact]
    public async Task A_picture_that_a_cell_shows_is_a_link_that_resolves()
    {
        var code = "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.savefig('line.png'); plt.show()";
        var answer = await host.Chat("echo:answer").CompleteChatAsync([$"`{code}`"], null, Cancel);
        var names = answer.Text().Split("](sandbox:/mnt/data/")[1..].Select(rest => rest[..rest.IndexOf(')')]).ToList();
        Assert.Contains("line.png", names);
        Assert.Equal(2, names.Count);
        using var client = host.Client();
        foreach (var name in names)
        {
            var bytes = await client.GetByteArrayAsync($"v1/containers/cntr_{answer.Conversation()}/files/{name}/content", Cancel);
            Assert.Equal("PNG"u8, bytes.AsSpan(1, 3));
        }
    }

    [Fact]
    public async Task Files_and_images_of_a_message_are_in_the_workspace()
    {
        var upload = (await host.Files().UploadFileAsync(BinaryData.FromString("a,b\n1,2\n"), "up.csv", "user_data")).Value;
        var message = new UserChatMessage(
            ChatMessageContentPart.CreateTextPart("`import os; print(sorted(os.listdir()), open('up.csv').read())`"),
            ChatMessageContentPart.CreateFilePart(upload.Id),
            ChatMessageContentPart.CreateFilePart(BinaryData.FromString("inline"), "text/plain", "in.txt"),
            ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes("png"u8.ToArray()), "image/png"));
        var answer = await host.Chat("echo:answer").CompleteChatAsync([message], null, Cancel);
        Assert.Contains("['image.png', 'in.txt', 'up.csv'] a,b", answer.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_needs_an_approval_ends_the_answer_and_goes_on_when_it_is_given()
    {
        List<ChatMessage> messages = [new UserChatMessage("`print(send_mail(to='eve', text='hello'))`")];
        var chat = host.Chat("echo:answer");
        var asked = await chat.CompleteChatAsync(messages, null, Cancel);
        Assert.Contains("send_mail(to=\"eve\", text=\"hello\")", asked.Text(), StringComparison.Ordinal);
        Assert.Contains($"{host.Server.Url}c/{asked.Conversation()}", asked.Text(), StringComparison.Ordinal);

        messages.AddRange([new AssistantChatMessage(asked.Text()), new UserChatMessage("`print('on we go')`")]);
        var busy = await Assert.ThrowsAsync<ClientResultException>(() => chat.CompleteChatAsync(messages, null, Cancel));
        Assert.Equal((int)HttpStatusCode.Conflict, busy.Status);

        using var client = host.Client();
        var talk = new Talk(client, asked.Conversation());
        var request = await talk.UntilAsync<ApprovalRequested>(0);
        using var approved = await client.PostAsJsonAsync(
            $"{talk.Path}/approvals/{((ApprovalRequested)request.Entry.Event).Call}", new { approve = true }, Cancel);
        Assert.Equal(HttpStatusCode.NoContent, approved.StatusCode);
        await talk.UntilAsync<RunEnded>(request.Number);
        var next = await chat.CompleteChatAsync(messages, null, Cancel);
        Assert.Equal("It says: on we go", next.Text());
        Assert.Equal(asked.Conversation(), next.Conversation());
    }

    [Fact]
    public async Task A_client_that_goes_away_stops_the_run()
    {
        using var client = host.Client();
        using var gone = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions")
        {
            Content = JsonContent.Create(new { model = "echo", stream = true, messages = new[] { new { role = "user", content = "`while True: pass`" } } }),
        };
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        var talk = new Talk(client, response.Headers.GetValues("X-Conversation-Id").Single());
        await talk.UntilAsync<CellStarted>(0);
        response.Dispose();
        var ended = (RunEnded)(await talk.UntilAsync<RunEnded>(0)).Entry.Event;
        Assert.Equal(StopReason.Interrupted, ended.Reason);
    }

    [Fact]
    public async Task A_limit_of_tokens_ends_the_answer_early()
    {
        var answer = await host.Chat("echo:answer").CompleteChatAsync(
            ["`1` `2` `3`"], new ChatCompletionOptions { MaxOutputTokenCount = 5 }, Cancel);
        Assert.Equal(ChatFinishReason.Length, answer.Value.FinishReason);
        Assert.StartsWith("There is no answer: the limit of tokens", answer.Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model": "nosuch", "messages": [{"role": "user", "content": "hi"}]}""", 404, "model", "model_not_found")]
    [InlineData("""{"model": "echo", "messages": []}""", 400, "messages", "invalid_value")]
    [InlineData("""{"model": "echo", "messages": [{"role": "user", "content": "hi"}], "n": 2}""", 400, "n", "unsupported_parameter")]
    [InlineData("""{"model": "echo", "messages": [{"role": "user", "content": "hi"}], "tools": [{"type": "function"}]}""", 400, "tools", "unsupported_parameter")]
    [InlineData("""{"model": "echo", "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://a/b.png"}}]}]}""", 400, "messages[0].content[0].image_url.url", "invalid_value")]
    [InlineData("""{"model": "echo", "messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "file-00"}}]}]}""", 404, null, "not_found")]
    [InlineData("{", 400, "", "invalid_value")]
    public async Task An_error_is_told_as_clients_read_it(string body, int status, string? param, string code)
    {
        using var client = host.Client();
        using var response = await client.PostAsync("v1/chat/completions", new StringContent(body, null, "application/json"), Cancel);
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("error");
        Assert.Equal((param, code), (error.GetProperty("param").GetString(), error.GetProperty("code").GetString()));
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
    }

    [Fact]
    public async Task A_path_that_there_is_not_is_told_as_clients_read_it()
    {
        using var client = host.Client();
        using var response = await client.PostAsync("v1/embeddings", new StringContent("{}"), Cancel);
        Assert.False(response.IsSuccessStatusCode);
        Assert.Contains(
            "POST /v1/embeddings",
            (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("error").GetProperty("message").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conversation_that_is_named_goes_on_whatever_was_sent_before()
    {
        var first = await host.Chat().CompleteChatAsync(["`x = 7`"], null, Cancel);
        using var client = host.Client();
        client.DefaultRequestHeaders.Add("X-Conversation-Id", first.Conversation());
        using var second = await client.PostAsJsonAsync(
            "v1/chat/completions", new { model = "echo:answer", messages = new[] { new { role = "user", content = "`print(x)`" } } }, Cancel);
        var answer = await second.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal("It says: 7", answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    [Fact]
    public async Task Models_are_listed()
    {
        using var client = host.Client();
        var models = await client.GetFromJsonAsync<JsonElement>("v1/models", Cancel);
        Assert.Equal(
            ["echo", "echo:answer", "echo:raw"], models.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()));
        var one = await client.GetFromJsonAsync<JsonElement>("v1/models/echo:answer", Cancel);
        Assert.Equal("model", one.GetProperty("object").GetString());
    }
}
