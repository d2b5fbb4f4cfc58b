using System.Text.Json;
using CodeAct.Models;

namespace CodeAct.Tests.Models;

public sealed class OpenAIErrorBodyTests
{
    private static readonly Dictionary<string, string> _overflows = new()
    {
        ["openai"] = """
            {"error":{"message":"This model's maximum context length is 8192 tokens. However, your messages resulted
            in 9012 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}
            """.ReplaceLineEndings(" "),
        ["llama.cpp"] = """
            {"error":{"code":400,"message":"request (308 tokens) exceeds the available context size (256 tokens),
            try increasing it","type":"exceed_context_size_error","n_prompt_tokens":308,"n_ctx":256}}
            """.ReplaceLineEndings(" "),
        ["vllm-messages"] = """
            {"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 4300 tokens
            (4200 in the messages, 100 in the completion).","type":"BadRequestError","param":null,"code":400}
            """.ReplaceLineEndings(" "),
        ["vllm-prompt"] = """
            {"error":{"message":"The decoder prompt (length 5000) is longer than the maximum model length of 4096.",
            "type":"BadRequestError","param":null,"code":400}}
            """,
        ["vllm-limit"] = """
            {"error":{"message":"'max_tokens' is too large: 4090. This model's maximum context length is 4096 tokens
            and your request has 100 input tokens.","type":"BadRequestError","param":null,"code":400}}
            """.ReplaceLineEndings(" "),
        ["ollama"] = """{"error":"the input length exceeds the context length"}""",
    };

    [Theory]
    [InlineData("openai", 9012, 8192)]
    [InlineData("llama.cpp", 308, 256)]
    [InlineData("vllm-messages", 4300, 4096)]
    [InlineData("vllm-prompt", 5000, 4096)]
    [InlineData("vllm-limit", null, 4096)]
    [InlineData("ollama", null, null)]
    public void Servers_say_in_their_own_ways_that_a_conversation_is_too_long(string server, int? needed, int? available)
    {
        var error = ServerErrors.Refused(new ModelServerOptions(ModelProvider.OpenAI, "tiny"), 400, Read(_overflows[server]), cause: null);

        var overflow = Assert.IsType<ContextOverflowException>(error);
        Assert.Equal((needed, available), (overflow.Needed, overflow.Available));
        Assert.Equal(400, (int?)overflow.StatusCode);
    }

    [Theory]
    [InlineData("""{"error":{"message":"No"}}""", "No")]
    [InlineData("""{"error":"No"}""", "No")]
    [InlineData("""{"message":"No"}""", "No")]
    [InlineData("""{"detail":"No"}""", "No")]
    [InlineData("""{"detail":[{"msg":"No"}]}""", """[{"msg":"No"}]""")]
    [InlineData("5", null)]
    public void What_a_server_says_is_found_in_every_common_shape(string body, string? message) =>
        Assert.Equal(message, Read(body).Message);

    private static ServerErrorBody Read(string body)
    {
        using var json = JsonDocument.Parse(body);
        return ServerErrors.Read(json.RootElement);
    }
}
