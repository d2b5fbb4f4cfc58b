using CodeAct.Agents;
using CodeAct.Python;
using CodeAct.Web.Api;
using CodeAct.Web.Chats;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.AspNetCore.Components.Web;

namespace CodeAct.Web.Pages.Panels;

/// <summary>The files and the variables of the conversation that is open, as they are after each cell.</summary>
public sealed partial class SidePanel : LiveComponent
{
    private const long MostBytes = 100L << 20; // of one file, which is sent in pieces over the page's connection
    private const int MostFiles = 50; // at once

    private LiveConversation? _followed;
    private CancellationTokenSource _leaving = new();
    private IReadOnlyList<WorkspaceFile> _files = [];
    private IReadOnlyList<Variable> _variables = [];
    private int _checkpoints;
    private long _checkpointBytes;
    private int _version; // of what is in the workspace
    private bool _showsVariables;
    private bool _isAwake;
    private bool _isBusy; // a cell runs
    private string? _problem;

    /// <summary>The user wants it hidden.</summary>
    [Parameter]
    public EventCallback Closed { get; set; }

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    /// <inheritdoc/>
    protected override async Task RefreshAsync()
    {
        if (_followed != Open.Current)
        {
            await LeaveAsync();
            _followed = Open.Current;
            (_isBusy, _problem) = (_followed?.Audience.State is ConversationState.Running, null);
            if (_followed is not null)
            {
                _ = FollowAsync(_followed, _leaving.Token);
            }
        }

        _version++;
        _isAwake = _followed is { IsAwake: true };
        if (_followed is null || !_isAwake)
        {
            (_files, _variables, _checkpoints) = ([], [], 0);
            return;
        }

        try
        {
            var session = await _followed.WakeAsync(_leaving.Token);
            _files = [.. session.Workspace.Files().Select(name => WorkspaceFile.Of(session.Workspace, name))];
            (_checkpoints, _checkpointBytes) = (session.Checkpoints.Count, session.CheckpointBytes);
            if (_showsVariables && !_isBusy) // it would wait for the cell's end, after which it is refreshed anyway
            {
                _variables = await session.VariablesAsync(_leaving.Token);
            }
        }
        catch (Exception gone) when (gone is ObjectDisposedException or PythonUnavailableException or ConversationBusyException)
        {
            _isAwake = false; // it fell asleep meanwhile
        }
    }

    /// <inheritdoc/>
    protected override void Leave()
    {
        _leaving.Cancel();
        _leaving.Dispose();
    }

    private static string Text(bool value) => value ? "true" : "false";

    private async Task LeaveAsync()
    {
        await _leaving.CancelAsync();
        _leaving.Dispose();
        _leaving = new CancellationTokenSource();
    }

    private async Task FollowAsync(LiveConversation conversation, CancellationToken left)
    {
        try
        {
            await foreach (var told in conversation.Audience.FollowAsync(conversation.Audience.Last, left))
            {
                switch (told)
                {
                    case Happened({ Entry.Event: CellStarted or CallStarted }):
                        _isBusy = true;
                        Changed();
                        break;
                    case Happened({ Entry.Event: CellFinished or CallFinished or RunEnded or InterpreterRebuilt or RunContinued }):
                        _isBusy = false;
                        Changed();
                        break;
                    case FileGiven:
                        Changed();
                        break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // another conversation is open, or none
        }
    }

    private Task ShowAsync(bool variables)
    {
        _showsVariables = variables;
        return RefreshAsync();
    }

    private Task Key(KeyboardEventArgs pressed) =>
        pressed.Key is "ArrowLeft" or "ArrowRight" ? ShowAsync(!_showsVariables) : Task.CompletedTask;

    private Task WakeAsync() => TryAsync(async () =>
    {
        if (_followed is not null)
        {
            await _followed.WakeAsync(_leaving.Token);
        }
    });

    private Task RestartAsync() => TryAsync(() => _followed!.RestartInterpreterAsync(_leaving.Token));

    private Task GiveAsync(InputFileChangeEventArgs given) => TryAsync(async () =>
    {
        var conversation = Open.Current ?? await Conversations.BeginAsync(Owner, _leaving.Token);
        foreach (var file in given.GetMultipleFiles(MostFiles))
        {
            await using var contents = file.OpenReadStream(MostBytes, _leaving.Token);
            await conversation.AddFileAsync(file.Name, contents, _leaving.Token);
        }

        if (Open.Current is null)
        {
            Open.Show(conversation);
            Navigation.NavigateTo($"/c/{conversation.Id}");
        }
    });

    private async Task TryAsync(Func<Task> action)
    {
        try
        {
            _problem = null;
            await action();
        }
        catch (Exception failure) when (Problems.Of(failure).Detail is { } detail)
        {
            _problem = detail;
        }

        await RefreshAsync();
    }
}
