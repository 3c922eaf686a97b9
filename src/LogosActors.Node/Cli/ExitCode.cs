namespace LogosActors.Node.Cli;

/// <summary>The program's exit codes.</summary>
internal static class ExitCode
{
    /// <summary>Success.</summary>
    public const int Done = 0;

    /// <summary>An unexpected failure: a bug, please report it.</summary>
    public const int Failed = 1;

    /// <summary>The command line is invalid.</summary>
    public const int Usage = 2;

    /// <summary>The configuration is invalid.</summary>
    public const int Configuration = 3;

    /// <summary>The key is missing, invalid or unreadable, or cannot be written.</summary>
    public const int Key = 4;

    /// <summary>A port is in use, or an address not this machine's.</summary>
    public const int Listen = 5;

    /// <summary>No node responds.</summary>
    public const int Unreachable = 6;

    /// <summary>The node refused the request.</summary>
    public const int Refused = 7;

    /// <summary>The message was not delivered.</summary>
    public const int NotDelivered = 8;

    /// <summary>The data directory, the journal or a database cannot be used.</summary>
    public const int Data = 9;

    /// <summary>The node traces no requests.</summary>
    public const int TracingOff = 10;

    /// <summary>The node keeps no trace of the request.</summary>
    public const int UnknownRequest = 11;

    /// <summary>The node is not ready.</summary>
    public const int NotReady = 12;

    /// <summary>The codes as help shows them.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> All { get; } =
    [
        (Done, "done"), (Failed, "a bug: please report it"), (Usage, "the command line is invalid"),
        (Configuration, "the configuration is invalid"), (Key, "the key is missing, invalid or unreadable"),
        (Listen, "a port is in use"), (Unreachable, "no node responds"), (Refused, "the node refused the request"),
        (NotDelivered, "the message was not delivered"), (Data, "the data directory, the journal or a database cannot be used"),
        (TracingOff, "the node traces no requests"), (UnknownRequest, "the node keeps no trace of the request"), (NotReady, "the node is not ready"),
    ];
}

/// <summary>A command failed; the message says why, and what to do instead.</summary>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
/// <param name="kind">For programs, in kebab case.</param>
/// <param name="message">For people.</param>
internal sealed class CommandException(int exitCode, string kind, string message) : Exception(message)
{
    /// <summary>One of <see cref="Cli.ExitCode"/>.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>For programs.</summary>
    public string Kind { get; } = kind;
}
