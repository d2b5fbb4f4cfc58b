using System.Collections.Concurrent;
using System.ComponentModel;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace CodeAct.Python;

/// <summary>The process that is a checkpoint, as the host holds it: workers are resumed from it as often as wanted.</summary>
internal sealed class FrozenProcess : IDisposable
{
    private const int LongestMessage = 4096;

    private static readonly TimeSpan _answerWithin = TimeSpan.FromSeconds(5);

    private readonly Reactor _reactor;
    private readonly SessionProcesses _processes;
    private readonly SafeFileHandle _process;
    private readonly SafeFileHandle _socket;
    private readonly Signal _changed = new();
    private readonly Reactor.Watching _watching;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<WorkerExit>> _exits = []; // of those resumed, by inner number
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile bool _released;
    private TaskCompletionSource<(int Number, Task<WorkerExit> Exit)> _resumed = new();

    public FrozenProcess(Reactor reactor, SessionProcesses processes, SafeFileHandle process, SafeFileHandle socket)
    {
        _reactor = reactor;
        _processes = processes;
        _process = process;
        _socket = socket;
        Libc.DoNotBlock(socket);
        _watching = reactor.Watch(_changed, socket);
        Receiving = ReceiveAsync();
        processes.Add(this);
    }

    /// <summary>Ends when the process is gone.</summary>
    public Task Receiving { get; }

    /// <summary>Its number on this machine; null when it has ended, which code of the session can bring about.</summary>
    public int? Number
    {
        get
        {
            lock (_process)
            {
                return _process.IsClosed ? null : ProcessTree.Number(_process);
            }
        }
    }

    /// <summary>A worker that goes on from here. It has not said yet that it is ready.</summary>
    /// <param name="home">The directory it is to work in, as the session sees it; null for that of the checkpoint.</param>
    /// <exception cref="CheckpointException">The process is gone, or may start no other.</exception>
    public async Task<Worker> ResumeAsync(string? home)
    {
        await _turn.WaitAsync(CancellationToken.None);
        var (control, farControl) = Libc.Sockets(messages: false);
        var (output, farOutput) = Libc.Pipe();
        var (error, farError) = Libc.Pipe();
        SafeFileHandle[] far = [farControl, farOutput, farError];
        try
        {
            var answer = _resumed = new TaskCompletionSource<(int, Task<WorkerExit>)>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (Receiving.IsCompleted)
            {
                throw Gone();
            }

            Libc.Send(_socket, JsonSerializer.SerializeToUtf8Bytes(new ResumeRequest(home), WireJson.Default.ResumeRequest), far);
            var (number, exit) = await answer.Task.WaitAsync(_answerWithin, TimeProvider.System, CancellationToken.None);
            var process = Number is { } parent ? ProcessTree.OpenChild(parent, number) : null;
            var worker = new ForkedWorker(_reactor, _processes, process ?? throw EndedAtOnce(), control, output, error);
            _ = TellAsync(worker, exit);
            return worker;
        }
        catch (Exception failure) when (failure is Win32Exception or CheckpointException or TimeoutException)
        {
            control.Dispose();
            output.Dispose();
            error.Dispose();
            if (failure is CheckpointException)
            {
                throw;
            }

            End(); // also one that does not answer: code of the session can stop it
            throw Gone();
        }
        finally
        {
            foreach (var end in far)
            {
                end.Dispose();
            }

            _turn.Release();
        }
    }

    /// <summary>Nobody will resume it any more: ends the process as soon as the workers resumed from it have ended.</summary>
    public void Dispose()
    {
        _released = true;
        EndIfUnused();
    }

    private static CheckpointException Gone() =>
        new("The checkpoint is gone: its process has ended, which only code of the session can have done.");

    private static CheckpointException EndedAtOnce() => new("The interpreter that was to go on from it ended at once.");

    private static async Task TellAsync(Worker worker, Task<WorkerExit> exit)
    {
        worker.SetExit(await exit);
        worker.Send(Libc.Kill); // when it is the frozen process that has ended
    }

    /// <summary>Ends the process at once.</summary>
    public void End()
    {
        lock (_process)
        {
            if (!_process.IsClosed)
            {
                Libc.Signal(_process, Libc.Kill);
                _process.Dispose();
            }
        }
    }

    private void EndIfUnused()
    {
        if (_released && _exits.IsEmpty)
        {
            End();
        }
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[LongestMessage];
        var handles = new List<SafeFileHandle>();
        while (true)
        {
            var count = Libc.Receive(_socket, buffer, handles);
            handles.ForEach(handle => handle.Dispose()); // we asked for none
            handles.Clear();
            if (count < 0)
            {
                _watching.Arm();
                await _changed.WaitAsync();
            }
            else if (count == 0 || !Handle(buffer.AsSpan(0, count)))
            {
                break;
            }
        }

        End();
        _processes.Remove(this);
        _watching.Dispose();
        _socket.Dispose();
        _resumed.TrySetException(Gone());
        foreach (var exit in _exits.Values)
        {
            exit.TrySetResult(new WorkerExit(-Libc.Kill, "SIGKILL"));
        }
    }

    /// <summary>False when it is none of the messages that a frozen process sends: code of the session has written to the socket.</summary>
    private bool Handle(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var message = JsonSerializer.Deserialize(bytes, WireJson.Default.ResumedMessage);
            if (message is { Exited: { } code })
            {
                if (_exits.TryRemove(message.Process, out var exit))
                {
                    exit.TrySetResult(new WorkerExit(code, message.Signal));
                    EndIfUnused();
                }
            }
            else if (message is not null)
            {
                if (_resumed.Task.IsCompleted)
                {
                    return false; // nobody has asked
                }

                if (message.Refused is { } reason)
                {
                    return _resumed.TrySetException(new CheckpointException($"The system gave it no process ({reason})."));
                }

                var ending = _exits[message.Process] = new(TaskCreationOptions.RunContinuationsAsynchronously);
                _resumed.TrySetResult((message.Process, ending.Task));
            }

            return message is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
