using System.Net;

namespace CodeAct.Models;

/// <summary>A model could not be asked, or did not finish its reply. The message says what went wrong and what to do.</summary>
/// <param name="kind">What went wrong.</param>
/// <param name="message">For a person; never holds a key or a prompt.</param>
/// <param name="innerException">The provider's own exception.</param>
public class ModelException(ModelErrorKind kind, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>What went wrong.</summary>
    public ModelErrorKind Kind { get; } = kind;

    /// <summary>The server's answer; null when there was none.</summary>
    public HttpStatusCode? StatusCode { get; init; }

    /// <summary>True when the same request may succeed later. Retries of the client itself are already spent.</summary>
    public bool IsTransient =>
        Kind is ModelErrorKind.RateLimited or ModelErrorKind.ServerError
            or ModelErrorKind.Unreachable or ModelErrorKind.Interrupted;
}

/// <summary>What went wrong with a model.</summary>
public enum ModelErrorKind
{
    /// <summary>The server refused the key, or wants one.</summary>
    WrongKey,

    /// <summary>The server has no such model, or the URL is not that of a model server.</summary>
    NotFound,

    /// <summary>The model's context is too small; always a <see cref="ContextOverflowException"/>.</summary>
    ContextOverflow,

    /// <summary>Too many requests for now.</summary>
    RateLimited,

    /// <summary>The account behind the key has nothing left to spend.</summary>
    OutOfQuota,

    /// <summary>Nobody answers at the URL, or not in time.</summary>
    Unreachable,

    /// <summary>The server failed, or is still loading the model.</summary>
    ServerError,

    /// <summary>The reply broke off in its middle.</summary>
    Interrupted,

    /// <summary>The server refused the request for another reason, which the message quotes.</summary>
    BadRequest,

    /// <summary>What came back is not a reply of a model server.</summary>
    BadReply,
}

/// <summary>The conversation does not fit into the model's context. Shorten it; asking again is useless.</summary>
/// <param name="needed">Tokens that the request has; null when the provider does not say.</param>
/// <param name="available">Tokens that fit; null when the provider does not say.</param>
/// <param name="innerException">The provider's own exception.</param>
public sealed class ContextOverflowException(int? needed, int? available, Exception? innerException = null)
    : ModelException(ModelErrorKind.ContextOverflow, Describe(needed, available), innerException)
{
    /// <summary>Tokens that the request has; null when the provider does not say.</summary>
    public int? Needed { get; } = needed;

    /// <summary>Tokens that fit; null when the provider does not say.</summary>
    public int? Available { get; } = available;

    private static string Describe(int? needed, int? available) =>
        "The conversation does not fit into the model's context: "
        + (needed, available) switch
        {
            ({ } tokens, { } room) => $"it has {tokens} tokens, there is room for {room}.",
            ({ } tokens, null) => $"it has {tokens} tokens.",
            (null, { } room) => $"there is room for {room} tokens.",
            _ => "the server refused it as too long.",
        }
        + " Start a new conversation, give the model less to read, or use a model with a larger context.";
}
