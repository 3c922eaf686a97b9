using System.Text.Json;
using System.Text.Json.Serialization;
using LogosActors.Node.Rest;
using Spectre.Console;

namespace LogosActors.Node.Cli;

/// <summary>Where a command reads and writes: for people, or as one JSON object for each line.</summary>
internal sealed class Terminal
{
    readonly IAnsiConsole _output;
    readonly IAnsiConsole _error;

    /// <summary>Reads and writes streams.</summary>
    /// <param name="input">What the user pipes in.</param>
    /// <param name="output">For results.</param>
    /// <param name="error">For errors and progress.</param>
    public Terminal(TextReader input, TextWriter output, TextWriter error)
    {
        (Input, Output, Error) = (input, output, error);
        _output = ConsoleOn(output, Console.IsOutputRedirected || !ReferenceEquals(output, Console.Out));
        _error = ConsoleOn(error, Console.IsErrorRedirected || !ReferenceEquals(error, Console.Error));
    }

    /// <summary>The process's own.</summary>
    public static Terminal OfProcess => new(Console.In, Console.Out, Console.Error) { Bytes = Console.OpenStandardInput };

    /// <summary>What the user pipes in.</summary>
    public TextReader Input { get; }

    /// <summary>What the user pipes in, as it is; for commands that do not read <see cref="Input"/>.</summary>
    public Func<Stream> Bytes { get; init; } = () => Stream.Null;

    /// <summary>For results.</summary>
    public TextWriter Output { get; }

    /// <summary>For errors and progress.</summary>
    public TextWriter Error { get; }

    /// <summary>Whether results are JSON.</summary>
    public bool IsJson { get; set; }

    /// <summary>Writes a result: as JSON, or as people read it.</summary>
    public void Result<T>(T value, Action<IAnsiConsole, T> forPeople)
    {
        if (IsJson)
            Output.WriteLine(JsonSerializer.Serialize(value, RestJson.Options));
        else
            forPeople(_output, value);
        Output.Flush();
    }

    /// <summary>Prints something that is no result.</summary>
    public void Note(string text)
    {
        if (!IsJson)
            Error.WriteLine(text);
    }

    /// <summary>Prints why the command ends.</summary>
    public void Fail(string kind, string message)
    {
        if (IsJson)
            Error.WriteLine(JsonSerializer.Serialize(new Failure(kind, message), RestJson.Options));
        else
            _error.MarkupLineInterpolated($"[red]error:[/] {message}");
    }

    /// <summary>Runs long work with a display of its progress, where people see it.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="total">How much there is to do.</param>
    /// <param name="work">Is given what reports how much is done.</param>
    public Task<T> ProgressAsync<T>(string title, double total, Func<Action<double>, Task<T>> work) =>
        IsJson || !_error.Profile.Capabilities.Interactive
            ? work(_ => { })
            : _error.Progress().AutoClear(true).HideCompleted(true).StartAsync(progress =>
            {
                var task = progress.AddTask(Markup.Escape(title), maxValue: total);
                return work(done => task.Value = done);
            });

    static IAnsiConsole ConsoleOn(TextWriter writer, bool isRedirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = isRedirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (isRedirected)
            console.Profile.Width = int.MaxValue; // what reads it wraps nothing
        return console;
    }

    sealed record Failure([property: JsonPropertyName("error")] string Kind, string Message);
}
