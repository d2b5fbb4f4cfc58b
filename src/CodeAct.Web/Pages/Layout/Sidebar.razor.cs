using CodeAct.Conversations;
using CodeAct.Web.Chats;
using Microsoft.AspNetCore.Components;

namespace CodeAct.Web.Pages.Layout;

/// <summary>The user's conversations, beside every page.</summary>
public sealed partial class Sidebar : LiveComponent
{
    private const int Step = 40; // conversations that are shown at once

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200); // in typing, before it is looked for

    private IReadOnlyList<ConversationSummary>? _found;
    private string _words = "";
    private string? _family; // of the conversation that is open
    private int _shown = Step;
    private bool _hasMore;
    private CancellationTokenSource _typing = new();

    [Inject]
    private IConversationStore Store { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private WebOptions Options { get; set; } = default!;

    private TimeProvider Time => Options.Time;

    /// <inheritdoc/>
    protected override async Task RefreshAsync()
    {
        var query = new ConversationQuery(_words, _shown + 1) { Owner = Owner, OnePerFamily = true };
        var found = await Store.FindAsync(query, CancellationToken.None);
        _hasMore = found.Count > _shown;
        _found = [.. found.Take(_shown)];
        _family = Open.Current is { } open
            ? _found.FirstOrDefault(one => one.Id == open.Id)?.Family ?? await FamilyAsync(open.Id)
            : null;
    }

    /// <inheritdoc/>
    protected override void Leave() => _typing.Dispose();

    private async Task<string?> FamilyAsync(string id)
    {
        try
        {
            return (await Store.GetAsync(id, CancellationToken.None)).Family;
        }
        catch (KeyNotFoundException)
        {
            return null; // it was deleted a moment ago
        }
    }

    private ConversationState StateOf(ConversationSummary one) => Conversations.StateOf(one.Id);

    private async Task TypedAsync(ChangeEventArgs typed)
    {
        await _typing.CancelAsync();
        _typing.Dispose();
        _typing = new CancellationTokenSource();
        try
        {
            await Task.Delay(_pause, Time, _typing.Token);
        }
        catch (OperationCanceledException)
        {
            return; // a further letter came
        }

        (_words, _shown) = (typed.Value?.ToString() ?? "", Step);
        await RefreshAsync();
    }

    private async Task MoreAsync()
    {
        _shown += Step;
        await RefreshAsync();
    }

    private Task RenameAsync(ConversationSummary one, string title) =>
        Conversations.RenameAsync(one.Id, title, Owner, CancellationToken.None);

    private async Task DeleteAsync(ConversationSummary one)
    {
        var isOpen = one.Family == _family;
        await Conversations.DeleteAsync(one.Id, Owner, CancellationToken.None);
        if (isOpen)
        {
            Navigation.NavigateTo("/");
        }
    }

    private async Task DeleteAllAsync()
    {
        await Conversations.DeleteAllAsync(Owner, CancellationToken.None);
        Navigation.NavigateTo("/");
    }
}
