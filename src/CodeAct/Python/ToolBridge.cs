using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;

namespace CodeAct.Python;

/// <summary>The calls of one cell: checks what the worker asks for, runs it, and answers each call exactly once.</summary>
/// <remarks>
/// The worker is not trusted: it holds no authority but the cell's, which is this object's. A frame that a well-behaved worker
/// would not send ends the session. Members are for the one reader of the worker; only the running calls are elsewhere.
/// </remarks>
internal sealed class ToolBridge(Worker worker, IToolHost? host, Cell cell, uint number, Workspace workspace, PythonEngineOptions options)
    : IAsyncDisposable
{
    private const int MostWaiting = 20_000; // calls without an answer; a well-behaved worker stops at half of it
    private const long MostBytes = 256L << 20; // of their arguments

    private readonly SemaphoreSlim _room = new(options.ParallelTools);
    private readonly SemaphoreSlim _sending = new(1, 1); // frames do not mix
    private readonly ConcurrentDictionary<long, Running> _running = []; // not yet answered
    private readonly ConcurrentDictionary<Task, byte> _working = []; // tools at work, also those that nobody waits for
    private readonly ConcurrentQueue<CellEvent> _returned = [];
    private long _bytes;
    private volatile bool _stopped;

    /// <summary>A call on its way.</summary>
    private sealed class Running
    {
        public CancellationTokenSource Cancel { get; } = new();

        public Task Answered { get; set; } = Task.CompletedTask;
    }

    /// <summary>Takes a frame of the worker that is about calls; gives the event that it stands for.</summary>
    /// <exception cref="InvalidDataException">No worker sends such a frame.</exception>
    public CellEvent? Read(Frame frame)
    {
        if (frame.Kind == FrameKind.Cancel)
        {
            if (_running.TryGetValue(Number(frame.Payload.Span), out var given))
            {
                _ = given.Cancel.CancelAsync(); // what the tool does on it is not waited for
            }

            return null;
        }

        var wanted = CellReader.Parse(frame.Payload.Span, WireJson.Default.WireCall);
        if (wanted.Arguments.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException("The arguments of a call are no JSON object.");
        }

        var running = new Running();
        if (!_running.TryAdd(wanted.Call, running) || _running.Count > MostWaiting
            || Interlocked.Add(ref _bytes, frame.Payload.Length) > MostBytes)
        {
            throw new InvalidDataException("A call has the number of another, or there are too many at once.");
        }

        var call = new ToolCall(wanted.Name, wanted.Arguments, workspace);
        running.Answered = Refusal(frame, wanted.Name) is { } refusal
            ? AnswerAsync(wanted.Call, call, refusal, frame.Payload.Length, started: null)
            : Task.Run(() => RunAsync(wanted.Call, call, running, frame.Payload.Length), CancellationToken.None);
        return new ToolCalled(wanted.Call, wanted.Name, wanted.Arguments.GetRawText());
    }

    /// <summary>Takes the answers that were given since.</summary>
    /// <remarks>
    /// They are noted before they are sent: so what is taken here, after the worker's frames, is older than any frame that the
    /// answers have led to.
    /// </remarks>
    public void Drain(List<CellEvent> into)
    {
        while (_returned.TryDequeue(out var returned))
        {
            into.Add(returned);
        }
    }

    /// <summary>Cancels the calls that are still running and refuses further ones.</summary>
    public void Stop()
    {
        _stopped = true;
        foreach (var running in _running.Values)
        {
            _ = running.Cancel.CancelAsync();
        }
    }

    /// <summary>
    /// After the cell: waits until all calls are answered, so that no answer comes after the next cell has begun, and for a
    /// little while for the tools to end.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        Stop();
        await WithinGraceAsync(Task.WhenAll(_running.Values.Select(running => running.Answered)), worker.Reject);
        await WithinGraceAsync(Task.WhenAll(_working.Keys), static () => { }); // longer is the tool's own affair
    }

    private static long Number(ReadOnlySpan<byte> text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidDataException("A call that is given up has no number.");

    /// <summary>Why a call is not carried out; null when it is.</summary>
    private ToolFailure? Refusal(Frame frame, string name)
    {
        if (frame.Cell != number || _stopped)
        {
            return new ToolFailure(ToolFailureKind.Refused, "the cell that called it has ended");
        }

        if (host is null)
        {
            return new ToolFailure(ToolFailureKind.Refused, "this session has no tools");
        }

        return cell.Tools is { } allowed && !allowed.Contains(name)
            ? new ToolFailure(ToolFailureKind.Refused, allowed.Count == 0
                ? "this cell may use no tools"
                : $"this cell may not use it, only {string.Join(", ", allowed)}")
            : null;
    }

    private async Task RunAsync(long id, ToolCall call, Running running, int size)
    {
        var started = options.Time.GetTimestamp();
        var cancelled = running.Cancel.Token;
        var work = WorkAsync(call, running);
        _working[work] = 0;
        ToolAnswer answer;
        try
        {
            answer = await work.WaitAsync(cancelled);
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            answer = new ToolFailure(ToolFailureKind.Error, "the call was cancelled");
        }

        if (work.IsCompleted)
        {
            _working.TryRemove(work, out _);
        }

        await AnswerAsync(id, call, answer, size, started);
    }

    private async Task<ToolAnswer> WorkAsync(ToolCall call, Running running)
    {
        await _room.WaitAsync(running.Cancel.Token);
        try
        {
            return await host!.CallAsync(call, running.Cancel.Token);
        }
        finally
        {
            _room.Release();
        }
    }

    private async Task AnswerAsync(long id, ToolCall call, ToolAnswer answer, int size, long? started)
    {
        var elapsed = started is { } began ? options.Time.GetElapsedTime(began) : TimeSpan.Zero;
        var (payload, result, error) = Payload(id, answer);
        _returned.Enqueue(new ToolReturned(id, call.Name, result, error, elapsed));
        await _sending.WaitAsync(CancellationToken.None);
        try
        {
            await worker.SendAsync(FrameKind.Answer, number, payload, CancellationToken.None);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // with the worker went who waited for the answer
        }
        finally
        {
            _sending.Release();
            Interlocked.Add(ref _bytes, -size);
            _running.TryRemove(id, out _);
            worker.Wake();
        }
    }

    private static (byte[] Payload, string? Result, string? Error) Payload(long id, ToolAnswer answer)
    {
        using var buffer = new MemoryStream();
        using var writer = new Utf8JsonWriter(buffer);
        string? result = null, error = null;
        writer.WriteStartObject();
        writer.WriteNumber("call", id);
        switch (answer)
        {
            case ToolValue(var value):
                result = value.GetRawText();
                writer.WritePropertyName("value");
                writer.WriteRawValue(result, skipInputValidation: true);
                break;
            case ToolBytes(var data):
                result = $"\"{Convert.ToBase64String(data.Span)}\"";
                writer.WriteBase64String("bytes", data.Span);
                break;
            case ToolFailure(var kind, var message):
                error = message;
                writer.WriteString("error", message);
                writer.WriteString("kind", kind.ToString().ToLowerInvariant());
                break;
        }

        writer.WriteEndObject();
        writer.Flush();
        return (buffer.ToArray(), result, error);
    }

    private async Task WithinGraceAsync(Task task, Action otherwise)
    {
        try
        {
            await task.WaitAsync(options.InterruptGrace, options.Time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            otherwise();
        }
        catch (OperationCanceledException)
        {
        }
    }
}
