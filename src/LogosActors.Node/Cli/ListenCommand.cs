using System.CommandLine;
using System.Text;
using LogosActors.Node.Hosting;
using LogosActors.Node.Rest.Relay;

namespace LogosActors.Node.Cli;

/// <summary><c>logos listen</c>: the messages of content topics, as they come.</summary>
internal static class ListenCommand
{
    static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static Command Create(Terminal terminal)
    {
        var topics = new Argument<string[]>("topic")
        {
            Description = "Content topics, such as /chat/1/lobby/proto.",
            Arity = ArgumentArity.OneOrMore,
        };
        var count = new Option<int?>("--count", "-n") { Description = "Ends after so many messages. Default: never.", HelpName = "N" };
        var command = new Command("listen", "Shows the messages of content topics as they come, until Ctrl-C.") { topics, count };
        command.Teaching($"""
              logos listen /chat/1/lobby/proto
              logos listen /chat/1/lobby/proto --json | jq -r .message.payload

            {NodeAccess.Explanation}
            What is no text is shown in base64. What was sent before is shown by `logos history`.
            """);
        var access = new NodeAccess(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var node = await access.OpenAsync(parsed, cancellation);
            var left = parsed.GetValue(count) ?? int.MaxValue;
            var names = parsed.GetRequiredValue(topics);
            try
            {
                await foreach (var message in node.ListenAsync(
                    names, () => terminal.Note($"Listening to {string.Join(", ", names)}. Ctrl-C ends."), cancellation))
                {
                    terminal.Result(message, (_, shown) => terminal.Output.WriteLine($"{shown.Message.ContentTopic}: {TextOf(shown.Message)}"));
                    if (--left <= 0)
                        return ExitCode.Done;
                }
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return ExitCode.Done;
            }
            throw new CommandException(ExitCode.Unreachable, "unreachable", "The node has stopped.");
        });
        return command;
    }

    /// <summary>A message's payload as people read it: text, or, when it is none, base64.</summary>
    internal static string TextOf(RelayMessage message) => TextOf(Convert.FromBase64String(message.Payload));

    /// <inheritdoc cref="TextOf(RelayMessage)"/>
    internal static string TextOf(byte[] payload)
    {
        try
        {
            return PrintableText.Of(StrictUtf8.GetString(payload));
        }
        catch (DecoderFallbackException)
        {
            return Convert.ToBase64String(payload);
        }
    }
}
