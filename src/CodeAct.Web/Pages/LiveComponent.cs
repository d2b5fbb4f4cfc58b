using CodeAct.Web.Api;
using CodeAct.Web.Chats;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace CodeAct.Web.Pages;

/// <summary>A part of the page that follows which conversation is open, and what becomes of the user's conversations.</summary>
public abstract class LiveComponent : ComponentBase, IDisposable
{
    private bool _isStale; // something changed while it was being refreshed
    private bool _isRefreshing;
    private IDisposable? _following;

    /// <summary>The user whose page this is.</summary>
    private protected string Owner { get; private set; } = "";

    [Inject]
    private protected OpenConversation Open { get; set; } = default!;

    [Inject]
    private protected LiveConversations Conversations { get; set; } = default!;

    [Inject]
    private Bulletin Bulletin { get; set; } = default!;

    [Inject]
    private AuthenticationStateProvider Authentication { get; set; } = default!;

    /// <inheritdoc/>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Open.Changed -= Opened;
        _following?.Dispose();
        Leave();
    }

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        Owner = Caller.Of((await Authentication.GetAuthenticationStateAsync()).User).Owner;
        Open.Changed += Opened;
        _following = Bulletin.Follow(Owner, Changed);
        await RefreshAsync();
    }

    /// <summary>Reads anew what is shown.</summary>
    protected abstract Task RefreshAsync();

    /// <summary>It is shown no more.</summary>
    protected virtual void Leave()
    {
    }

    /// <summary>Lets it be refreshed soon, once for any number of calls; from any thread.</summary>
    protected void Changed() => _ = InvokeAsync(async () =>
    {
        _isStale = true;
        if (_isRefreshing)
        {
            return;
        }

        _isRefreshing = true;
        try
        {
            while (_isStale)
            {
                _isStale = false;
                await RefreshAsync();
                StateHasChanged();
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            await DispatchExceptionAsync(failure);
        }
        finally
        {
            _isRefreshing = false;
        }
    });

    private void Opened(object? sender, EventArgs happened) => Changed();
}
