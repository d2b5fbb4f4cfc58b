using CodeAct.Models;
using CodeAct.Telemetry;

namespace CodeAct.Web.Chats;

/// <summary>The models that users choose from, each loaded when it is first needed and kept from then on.</summary>
internal sealed class ModelShelf(WebOptions options) : IDisposable
{
    private readonly Dictionary<string, Task<Model>> _loaded = []; // guarded by itself

    /// <summary>They, the first one for those who do not choose.</summary>
    public IReadOnlyList<OfferedModel> Offered => options.Models;

    /// <summary>The one of a name or an alias; the first for null.</summary>
    /// <exception cref="KeyNotFoundException">None has it.</exception>
    public OfferedModel Find(string? name) =>
        name is null ? Offered[0]
        : Offered.FirstOrDefault(model => model.Name == name)
            ?? Offered.FirstOrDefault(model => model.Alias == name)
            ?? throw new KeyNotFoundException(
                $"There is no model '{name}'; there are {string.Join(", ", Offered.Select(model => model.Alias))}.");

    /// <summary>Makes it ready. One that could not be had is tried again the next time.</summary>
    /// <exception cref="ModelException">It cannot be had.</exception>
    public async Task<Model> LoadAsync(OfferedModel model, CancellationToken cancellationToken)
    {
        Task<Model> loading;
        lock (_loaded)
        {
            if (!_loaded.TryGetValue(model.Name, out loading!) || loading.IsFaulted || loading.IsCanceled)
            {
                loading = _loaded[model.Name] = LoadAsync();
            }
        }

        return await loading.WaitAsync(cancellationToken);

        async Task<Model> LoadAsync() => (await model.Load(CancellationToken.None)).Watched(options.Telemetry);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_loaded)
        {
            foreach (var model in _loaded.Values.Where(model => model.IsCompletedSuccessfully))
            {
                model.Result.Dispose();
            }
        }
    }
}
