using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace CodeAct.Models;

/// <summary>Several models as one: what the first cannot answer is asked of the next.</summary>
/// <remarks>
/// Each has spent its own retries by then. One that failed is asked last for a minute, so that not every turn waits for it. A reply that
/// has begun is not asked for again: its start was already shown.
/// </remarks>
internal sealed class FallbackClient(IReadOnlyList<Model> models, Action<string>? notice, TimeProvider time) : IChatClient
{
    private static readonly TimeSpan _rest = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Model, long> _failed = []; // at this timestamp

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var failures = new List<(Model Model, ModelException Failure)>();
        foreach (var model in models.OrderBy(IsResting))
        {
            await using var updates = model.Client.GetStreamingResponseAsync(messages, options, cancellationToken)
                .GetAsyncEnumerator(cancellationToken);
            try
            {
                if (!await updates.MoveNextAsync())
                {
                    continue;
                }
            }
            catch (ModelException failure)
            {
                failures.Add((model, failure));
                Note(model, failure);
                continue;
            }

            do
            {
                yield return updates.Current;
            }
            while (await updates.MoveNextAsync());
            yield break;
        }

        throw Together(failures);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => models[0].Client.GetService(serviceType, serviceKey);

    public void Dispose()
    {
        foreach (var model in models)
        {
            model.Dispose();
        }
    }

    private bool IsResting(Model model) => _failed.TryGetValue(model, out var since) && time.GetElapsedTime(since) < _rest;

    private void Note(Model model, ModelException failure)
    {
        if (failure is not ContextOverflowException) // a shorter conversation may fit again
        {
            _failed[model] = time.GetTimestamp();
        }

        notice?.Invoke($"{model.Name} could not be asked: {failure.Message}");
    }

    private static ModelException Together(List<(Model Model, ModelException Failure)> failures) =>
        failures.Select(failed => failed.Failure).OfType<ContextOverflowException>().FirstOrDefault()
        ?? new ModelException(
            failures.Count > 0 ? failures[^1].Failure.Kind : ModelErrorKind.BadReply,
            "None of the models answered. " + string.Join(' ', failures.Select(failed => $"{failed.Model.Name}: {failed.Failure.Message}")),
            failures.Count > 0 ? failures[^1].Failure : null);
}
