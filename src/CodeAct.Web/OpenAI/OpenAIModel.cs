using CodeAct.Web.Chats;

namespace CodeAct.Web.OpenAI;

/// <summary>What a client gets of a model.</summary>
internal enum Showing
{
    /// <summary>The agent's work on the way, and its answer.</summary>
    Work,

    /// <summary>The agent's answer alone.</summary>
    Answer,

    /// <summary>The model itself, without the agent.</summary>
    Raw,
}

/// <summary>Models by the names that requests have: <c>ALIAS</c>, <c>ALIAS:answer</c> and <c>ALIAS:raw</c>.</summary>
/// <param name="Model">The model.</param>
/// <param name="Showing">What is shown of it.</param>
/// <param name="Id">As the request has it.</param>
internal sealed record OpenAIModel(OfferedModel Model, Showing Showing, string Id)
{
    private static readonly (string Suffix, Showing Showing)[] _forms =
        [("", Showing.Work), (":answer", Showing.Answer), (":raw", Showing.Raw)];

    public static IEnumerable<OpenAIModel> All(ModelShelf shelf) =>
        shelf.Offered.SelectMany(model => _forms.Select(form => new OpenAIModel(model, form.Showing, model.Alias + form.Suffix)));

    /// <param name="id">Null for the first of the server.</param>
    /// <param name="shelf">What there is.</param>
    /// <exception cref="BadParameterException">There is none of this name.</exception>
    public static OpenAIModel Of(string? id, ModelShelf shelf)
    {
        if (id is null)
        {
            return All(shelf).First();
        }

        foreach (var (suffix, showing) in _forms)
        {
            var name = id.EndsWith(suffix, StringComparison.Ordinal) ? id[..^suffix.Length] : null;
            if (shelf.Offered.FirstOrDefault(model => model.Alias == name || model.Name == name) is { } model)
            {
                return new OpenAIModel(model, showing, id);
            }
        }

        throw new BadParameterException(
            "model", $"There is no model '{id}'; there are {string.Join(", ", All(shelf).Select(model => model.Id))}.", "model_not_found");
    }
}
