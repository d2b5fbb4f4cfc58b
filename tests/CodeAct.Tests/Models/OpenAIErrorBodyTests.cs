using System.Text.Json;
using CodeAct.Models;

namespace CodeAct.Tests.Models;

public sealed class OpenAIErrorBodyTests
{
    [Theory]
    [InlineData(400, 9012, 8192, // OpenAI
        """{"error":{"message":"This model's maximum context length is 8192 tokens. However, your messages resulted in 9012 tokens. Please reduce the length of the messages.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}""")]
    [InlineData(400, 308, 256, // llama.cpp
        """{"error":{"code":400,"message":"request (308 tokens) exceeds the available context size (256 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":308,"n_ctx":256}}""")]
    [InlineData(400, 4300, 4096, // vLLM
        """{"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 4300 tokens (4200 in the messages, 100 in the completion). Please reduce the length of the messages or completion.","type":"BadRequestError","param":null,"code":400}""")]
    [InlineData(400, 5000, 4096, // vLLM, newer
        """{"error":{"message":"The decoder prompt (length 5000) is longer than the maximum model length of 4096.","type":"BadRequestError","param":null,"code":400}}""")]
    [InlineData(400, null, null, // Ollama
        """{"error":"the input length exceeds the context length"}""")]
    public void Servers_say_in_their_own_ways_that_a_conversation_is_too_long(int status, int? needed, int? available, string body)
    {
        using var json = JsonDocument.Parse(body);
        var error = OpenAIErrors.Refused(new OpenAIModelOptions("tiny"), status, OpenAIErrors.Read(json.RootElement), cause: null);

        var overflow = Assert.IsType<ContextOverflowException>(error);
        Assert.Equal((needed, available), (overflow.Needed, overflow.Available));
        Assert.Equal(status, (int?)overflow.StatusCode);
    }

    [Theory]
    [InlineData("""{"error":{"message":"No"}}""", "No")]
    [InlineData("""{"error":"No"}""", "No")]
    [InlineData("""{"message":"No"}""", "No")]
    [InlineData("""{"detail":"No"}""", "No")]
    [InlineData("""{"detail":[{"msg":"No"}]}""", null)]
    [InlineData("5", null)]
    public void What_a_server_says_is_found_in_every_common_shape(string body, string? message)
    {
        using var json = JsonDocument.Parse(body);

        Assert.Equal(message, OpenAIErrors.Read(json.RootElement).Message);
    }
}
