using CodeAct.Actions;
using CodeAct.Agents;
using CodeAct.Conversations;

namespace CodeAct.Cli;

/// <summary>A way to show a run while it happens.</summary>
internal interface IRunView
{
    /// <summary>Shows what happened.</summary>
    void Show(AgentEvent happened);

    /// <summary>Says where a file or picture of the run was put.</summary>
    void Saved(string path);
}

/// <summary>The events as JSON lines, in the format of the log, streamed text included.</summary>
internal sealed class JsonView(TextWriter output, TextWriter notes, TimeProvider time) : IRunView
{
    public void Show(AgentEvent happened)
    {
        output.WriteLine(LogJson.Write(new LogEntry(time.GetUtcNow(), happened)));
        output.Flush();
    }

    public void Saved(string path) => notes.WriteLine($"saved {path}");
}

/// <summary>The answer and nothing else; without one, why there is none.</summary>
internal sealed class AnswerView(TextWriter output, TextWriter notes) : IRunView
{
    public void Show(AgentEvent happened)
    {
        if (happened is RunEnded { Reason: StopReason.Answered, Answer: { } answer })
        {
            output.WriteLine(TerminalText.Clean(answer));
        }
        else if (happened is RunEnded ended)
        {
            notes.WriteLine(TerminalText.Clean($"Stopped: {Prompts.Why(ended.Reason, ended.Detail)}."));
        }
    }

    public void Saved(string path) => notes.WriteLine($"saved {path}");
}
