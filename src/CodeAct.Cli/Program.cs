using System.CommandLine;
using CodeAct.Cli;
using CodeAct.Cli.Commands;

using var interrupts = new Interrupts(TimeProvider.System);
var root = new TaughtCommand(
    "codeact",
    "An agent that solves a task by writing Python, which runs in a sandboxed interpreter that remembers.",
    """
    Examples:
      codeact run "What is the average price per category?" --file products.csv
      codeact chat --model openai:gpt-5
      echo "print(6 * 7)" | codeact exec
    """)
{
    TaughtCommand.Help(),
    new VersionOption(),
    RunCommand.Create(interrupts),
    ChatCommand.Create(interrupts),
    ExecCommand.Create(interrupts),
    ServeCommand.Create(),
    McpCommand.Create(),
    UsersCommand.Create(),
    KeysCommand.Create(),
    ConversationsCommand.Create(),
    ShowCommand.Create(),
    ResumeCommand.Create(interrupts),
    ApproveCommand.CreateApprove(interrupts),
    ApproveCommand.CreateDeny(interrupts),
    ForkCommand.Create(),
    RerunCommand.Create(interrupts),
    CompareCommand.Create(),
    ExportCommand.Create(),
    TraceCommand.Create(),
    ModelsCommand.Create(),
    DataCommand.Create(),
    EvalCommand.Create(),
    DoctorCommand.Create(),
};
return await Edge.InvokeAsync(root, args, interrupts.Token);
