using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using CodeAct.Agents;

namespace CodeAct.Conversations;

/// <summary>The append-only file of a conversation: one event a line, on disk as soon as it has happened.</summary>
/// <remarks>
/// What the model streams is written once, with the whole reply; a reply that broke off is written as far as it came. From the
/// file a run can be printed again. One writer at a time; not for use from several threads.
/// </remarks>
public sealed class ConversationLog : IAsyncDisposable
{
    private readonly StreamWriter _writer;
    private readonly TimeProvider _time;
    private readonly StringBuilder _streamed = new();

    private ConversationLog(StreamWriter writer, TimeProvider time) => (_writer, _time) = (writer, time);

    /// <summary>Opens a log to add to it; a file that is not there is made, and its directories too.</summary>
    /// <param name="path">The file. A last line that a crash cut off is removed from it.</param>
    /// <param name="time">Dates the entries.</param>
    /// <exception cref="IOException">It cannot be written, or another process writes it.</exception>
    public static ConversationLog Open(string path, TimeProvider time)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        file.SetLength(EndOfLastWholeLine(file));
        file.Seek(0, SeekOrigin.End);
        return new ConversationLog(new StreamWriter(file) { AutoFlush = true }, time);
    }

    /// <summary>Adds an event.</summary>
    public async Task AddAsync(AgentEvent happened, CancellationToken cancellationToken)
    {
        if (happened is ModelText(var text))
        {
            _streamed.Append(text);
            return;
        }

        if (_streamed.Length > 0 && happened is not ReplyEnded)
        {
            await WriteAsync(new ModelText(_streamed.ToString()), cancellationToken);
        }

        _streamed.Clear();
        await WriteAsync(happened, cancellationToken);
    }

    /// <summary>Reads a log from its beginning. A last line that a crash cut off is left out.</summary>
    /// <exception cref="InvalidDataException">A line before the last is no entry.</exception>
    /// <exception cref="NotSupportedException">A later version wrote it.</exception>
    public static async IAsyncEnumerable<LogEntry> ReadAsync(
        string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var number = 0;
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var line = await reader.ReadLineAsync(cancellationToken);
        while (line is not null)
        {
            number++;
            var next = await reader.ReadLineAsync(cancellationToken);
            LogEntry entry;
            try
            {
                entry = LogJson.Read(line);
            }
            catch (JsonException) when (next is null && number > 1)
            {
                yield break;
            }
            catch (JsonException exception)
            {
                throw new InvalidDataException($"'{path}' is no log of a conversation: line {number} cannot be read.", exception);
            }

            yield return entry;
            line = next;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private Task WriteAsync(AgentEvent happened, CancellationToken cancellationToken) =>
        _writer.WriteLineAsync(LogJson.Write(new LogEntry(_time.GetUtcNow(), happened)).AsMemory(), cancellationToken);

    private static long EndOfLastWholeLine(FileStream file)
    {
        for (var end = file.Length; end > 0; end--)
        {
            file.Position = end - 1;
            if (file.ReadByte() == '\n')
            {
                return end;
            }
        }

        return 0;
    }
}
