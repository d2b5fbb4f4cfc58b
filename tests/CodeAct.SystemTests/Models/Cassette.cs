using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;

namespace CodeAct.SystemTests.Models;

/// <summary>
/// One exchange with a real server, in <c>Cassettes/NAME.http</c>. A test that plays it also checks that the client
/// still sends what was recorded. <c>RECORD_FROM=http://HOST:PORT</c> records all of them anew (Cassettes/README.md).
/// </summary>
internal static class Cassette
{
    private static readonly string? _recordFrom = Environment.GetEnvironmentVariable("RECORD_FROM");
    private static readonly HttpClient _http = new();

    /// <summary>A server that plays the cassette.</summary>
    public static LoopbackServer Play(string name) =>
        new(async request =>
        {
            if (_recordFrom is not null)
            {
                await RecordAsync(name, request);
            }

            var (path, body, reply) = Read(name);
            Assert.Equal(path, request.Path);
            Assert.True(
                JsonNode.DeepEquals(body, request.Json), $"{name}.http was recorded with another request: {request.Text}");
            return reply;
        });

    /// <summary>The recorded reply alone.</summary>
    public static Reply Reply(string name) => Read(name).Reply;

    private static (string Path, JsonNode Body, Reply Reply) Read(string name)
    {
        var lines = File.ReadAllText(FileOf(name)).Split('\n', 5);
        var status = lines[3].Split(' ', 2);
        return (lines[0]["POST ".Length..], JsonNode.Parse(lines[1])!, new Reply(int.Parse(status[0]), status[1], lines[4]));
    }

    private static async Task RecordAsync(string name, Request request)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, _recordFrom + request.Path)
        {
            Content = new StringContent(request.Text, Encoding.UTF8, "application/json"),
        };
        message.Headers.TryAddWithoutValidation("Authorization", request.Headers["Authorization"]);
        using var response = await _http.SendAsync(message, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            FileOf(name),
            $"POST {request.Path}\n{request.Text}\n\n"
            + $"{(int)response.StatusCode} {response.Content.Headers.ContentType?.MediaType}\n{body}",
            TestContext.Current.CancellationToken);
    }

    private static string FileOf(string name, [CallerFilePath] string thisFile = "") =>
        Path.Combine(Path.GetDirectoryName(thisFile)!, "Cassettes", name + ".http");
}
