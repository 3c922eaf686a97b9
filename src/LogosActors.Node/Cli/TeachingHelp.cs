using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace LogosActors.Node.Cli;

/// <summary>Help that ends with a lesson: examples, and what a newcomer has to know. Lists of commands show their first sentences only.</summary>
internal static class TeachingHelp
{
    static readonly System.Runtime.CompilerServices.ConditionalWeakTable<Command, string> Lessons = [];

    /// <summary>Adds a lesson to a command.</summary>
    /// <returns>The command.</returns>
    public static Command Teaching(this Command command, string lesson)
    {
        Lessons.AddOrUpdate(command, lesson);
        return command;
    }

    /// <summary>Lets the help of a command and those below it end with their lessons.</summary>
    public static void Install(Command root)
    {
        foreach (var option in root.Options.OfType<HelpOption>())
            option.Action = new Action((HelpAction)option.Action!);
    }

    sealed class Action(HelpAction reference) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var exit = reference.Invoke(parseResult);
            if (Lessons.TryGetValue(parseResult.CommandResult.Command, out var lesson))
                parseResult.InvocationConfiguration.Output.WriteLine(lesson);
            return exit;
        }
    }
}
