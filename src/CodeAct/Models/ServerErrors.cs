using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Anthropic.Exceptions;
using OpenAI.Chat;

namespace CodeAct.Models;

/// <summary>What a server's error says, in its own words.</summary>
internal sealed record ServerErrorBody(string? Message, string? Code, int? Needed, int? Available);

/// <summary>Turns what a server or the network said into a <see cref="ModelException"/>.</summary>
internal static partial class ServerErrors
{
    public const string QuotaCode = "insufficient_quota";

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture;

    /// <summary>Reads a buffered error; a body that is not JSON in one of the common shapes gives nothing.</summary>
    public static ServerErrorBody Read(PipelineResponse response) => Read(response.Content.ToString());

    private static ServerErrorBody Read(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return Read(json.RootElement);
        }
        catch (JsonException)
        {
            return new ServerErrorBody(null, null, null, null);
        }
    }

    /// <summary>Reads <c>{"error": {…}}</c>, <c>{"error": "…"}</c>, and the error's fields at the top.</summary>
    public static ServerErrorBody Read(JsonElement root)
    {
        var error = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out var inner) ? inner : root;
        if (error.ValueKind != JsonValueKind.Object)
        {
            return new ServerErrorBody(error.ValueKind == JsonValueKind.String ? error.GetString() : null, null, null, null);
        }

        var message = Text(error, "message") ?? Text(error, "detail") ?? Raw(error, "detail");
        return new ServerErrorBody(
            message,
            Text(error, "code") ?? Text(error, "type"),
            Number(error, "n_prompt_tokens") ?? Number(NeededTokens().Match(message ?? "")),
            Number(error, "n_ctx") ?? Number(AvailableTokens().Match(message ?? "")));
    }

    /// <summary>The exception for an error within a stream, which the SDK reads as an empty update; null for others.</summary>
    public static ModelException? RefusedWithin(ModelServerOptions options, object? update)
    {
        if (update is not StreamingChatCompletionUpdate
            {
                ContentUpdate.Count: 0, FinishReason: null, Usage: null, Role: null,
            } empty)
        {
            return null;
        }

        using var json = JsonDocument.Parse(ModelReaderWriter.Write(empty));
        if (!json.RootElement.TryGetProperty("error", out var error))
        {
            return null;
        }

        var status = Number(error, "code") is { } code and >= 400 and < 600 ? code : 500;
        return Refused(options with { MaxRetries = 0 }, status, Read(json.RootElement), cause: null);
    }

    /// <summary>True for what servers and networks do, and not for a mistake of ours or a cancellation.</summary>
    public static bool IsOfTheWorld(Exception exception, CancellationToken cancellationToken) =>
        exception switch
        {
            OperationCanceledException => !cancellationToken.IsCancellationRequested,
            AggregateException or ClientResultException or AnthropicException or HttpRequestException or IOException => true,
            JsonException or FormatException or InvalidOperationException or KeyNotFoundException => true,
            _ => false,
        };

    /// <summary>The exception for whatever went wrong.</summary>
    public static ModelException Of(
        ModelServerOptions options, Exception exception, bool started, string? asked = null) =>
        exception switch
        {
            AggregateException retried => Of(options, retried.InnerExceptions[^1], started, asked),
            ClientResultException { Status: > 0 } refused when refused.GetRawResponse() is { } response =>
                Refused(options, refused.Status, Read(response), refused, asked),
            AnthropicApiException refused => Refused(options, (int)refused.StatusCode, Read(refused.ResponseBody), refused, asked),
            AnthropicSseException broken => Refused(options with { MaxRetries = 0 }, 500, Read(broken.Body), broken),
            ClientResultException or HttpRequestException or IOException or OperationCanceledException or AnthropicIOException =>
                started ? Interrupted(options, exception) : Unreachable(options, exception),
            JsonException or AnthropicInvalidDataException when started => Interrupted(options, exception), // cut within an event
            _ => BadReply(options, exception, asked),
        };

    /// <summary>The exception for a server's refusal.</summary>
    public static ModelException Refused(
        ModelServerOptions options, int status, ServerErrorBody body, Exception? cause, string? asked = null)
    {
        var retried = options.MaxRetries == 0 ? "" : $", also after {options.MaxRetries} retries";
        var said = body.Message is null ? "" : $" It said: {Quote(body.Message, options)}";
        if (IsOverflow(status, body))
        {
            return new ContextOverflowException(body.Needed, body.Available, cause) { StatusCode = (HttpStatusCode)status };
        }

        var (kind, message) = status switch
        {
            401 when options.ApiKey is null => (ModelErrorKind.WrongKey,
                $"The server at {options.BaseUrl} wants an API key: set {options.Provider.KeyVariable}."),
            401 => (ModelErrorKind.WrongKey,
                $"The server at {options.BaseUrl} refused the API key. "
                + $"Check {options.Provider.KeyVariable}: is it of this server, and whole?"),
            403 => (ModelErrorKind.WrongKey,
                $"The API key may not use {options}. Check what the key is allowed to do.{said}"),
            400 when body.Message?.Contains("credit balance", StringComparison.OrdinalIgnoreCase) == true => (ModelErrorKind.OutOfQuota,
                $"The account has nothing left for {options}.{said}"),
            402 => (ModelErrorKind.OutOfQuota, $"The account has nothing left for {options}.{said}"),
            429 when body.Code == QuotaCode => (ModelErrorKind.OutOfQuota, $"The account has nothing left for {options}.{said}"),
            404 when body.Message?.Contains("model", StringComparison.OrdinalIgnoreCase) == true => (ModelErrorKind.NotFound,
                $"The server at {options.BaseUrl} has no model '{options.ModelId}'. "
                + $"{Path(options, "models")} lists those it has.{said}"),
            404 or 405 or (>= 300 and < 400) => (ModelErrorKind.NotFound,
                $"There is no model server at {options.BaseUrl}: {Path(options, asked ?? options.Provider.Route)} answered {status}. "
                + AboutUrl(options)),
            429 => (ModelErrorKind.RateLimited,
                $"The server at {options.BaseUrl} gets too many requests{retried}. Wait, or ask for a higher limit.{said}"),
            408 or >= 500 => (ModelErrorKind.ServerError,
                $"The server at {options.BaseUrl} failed ({status}){retried}. Look at its log, or try again later.{said}"),
            _ => (ModelErrorKind.BadRequest, $"The server at {options.BaseUrl} refused the request ({status}).{said}"),
        };
        return new ModelException(kind, message, cause) { StatusCode = (HttpStatusCode)status };
    }

    /// <summary>The exception for a request that nobody answered.</summary>
    public static ModelException Unreachable(ModelServerOptions options, Exception cause) =>
        new(
            ModelErrorKind.Unreachable,
            (cause is OperationCanceledException ? cause : cause.GetBaseException()) switch
            {
                SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
                    $"Nothing listens at {options.BaseUrl}. Start the model server, or correct --base-url.",
                SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } =>
                    $"There is no host '{options.BaseUrl.Host}' to be found. Correct --base-url, or check the network.",
                OperationCanceledException { InnerException: TimeoutException } =>
                    $"No connection to {options.BaseUrl} within {ModelServerOptions.ConnectTimeout.TotalSeconds} s. "
                    + "Check host and port, and whether it is http or https.",
                OperationCanceledException =>
                    $"The server at {options.BaseUrl} did not answer within {options.Timeout.TotalSeconds:0.#} s.",
                var other => $"The server at {options.BaseUrl} cannot be reached: {other.Message}",
            },
            cause);

    /// <summary>The exception for a reply that ended before the model had finished it.</summary>
    public static ModelException Interrupted(ModelServerOptions options, Exception? cause) =>
        new(
            ModelErrorKind.Interrupted,
            cause is OperationCanceledException
                ? $"The reply of {options} stopped for more than {options.Timeout.TotalSeconds:0.#} s. Try again."
                : $"The reply of {options} broke off: the server closed the connection too early. Try again, or look at its log.",
            cause);

    /// <summary>The exception for an answer that is no reply of a model.</summary>
    public static ModelException BadReply(ModelServerOptions options, Exception? cause, string? asked = null) =>
        new(
            ModelErrorKind.BadReply,
            $"What {Path(options, asked ?? options.Provider.Route)} answers is no "
            + $"{(asked is null ? "reply of a model" : "list of models")}. {AboutUrl(options)}",
            cause);

    /// <summary>True when the server says, in whichever words, that the context is too small.</summary>
    public static bool IsOverflow(int status, ServerErrorBody body) =>
        status is 400 or 413 or 422 or 500
        && (body.Code is "context_length_exceeded" or "exceed_context_size_error" || Overflow().IsMatch(body.Message ?? ""));

    private static string AboutUrl(ModelServerOptions options) =>
        options.BaseUrl.AbsolutePath.TrimEnd('/').EndsWith("/v1", StringComparison.Ordinal)
            ? "Correct --base-url."
            : $"Correct --base-url; most servers want {Path(options, "v1")}.";

    private static string Path(ModelServerOptions options, string path) => $"{options.BaseUrl.ToString().TrimEnd('/')}/{path}";

    private static string Quote(string message, ModelServerOptions options)
    {
        var safe = options.ApiKey is { } key ? message.Replace(key, "***", StringComparison.Ordinal) : message;
        var line = safe.ReplaceLineEndings(" ");
        return line.Length > 300 ? line[..300] + "…" : line;
    }

    private static string? Text(JsonElement error, string name) =>
        error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Raw(JsonElement error, string name) =>
        error.TryGetProperty(name, out var value) ? value.GetRawText() : null;

    /// <summary>A whole number of an object; null when it has none of that name.</summary>
    public static int? Number(JsonElement error, string name) =>
        error.ValueKind == JsonValueKind.Object
        && error.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt32(out var number)
            ? number
            : null;

    private static int? Number(Match match) =>
        match.Success && int.TryParse(match.Groups["n"].ValueSpan, NumberStyles.None, null, out var number) ? number : null;

    [GeneratedRegex("context (?:length|size|window)|maximum model length|prompt is too long", Options, 1000)]
    private static partial Regex Overflow();

    [GeneratedRegex("(?:requested|resulted in|passed|length|too long:) (?<n>\\d+)", Options, 1000)]
    private static partial Regex NeededTokens();

    [GeneratedRegex("(?:context length is(?: only)?|model length of|limit of|tokens >) (?<n>\\d+)", Options, 1000)]
    private static partial Regex AvailableTokens();
}
