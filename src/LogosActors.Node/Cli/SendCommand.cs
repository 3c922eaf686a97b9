using System.CommandLine;
using LogosActors.Node.Client;
using LogosActors.Node.Rest.Messaging;
using Spectre.Console;

namespace LogosActors.Node.Cli;

/// <summary><c>logos send</c>: one message.</summary>
internal static class SendCommand
{
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    public static Command Create(Terminal terminal)
    {
        var topic = new Argument<string>("topic") { Description = "The content topic, /application/version/name/encoding, such as /chat/1/lobby/proto." };
        var text = new Argument<string>("text") { Description = "The message, as UTF-8; - reads it from standard input, byte for byte." };
        var ephemeral = new Option<bool>("--ephemeral") { Description = "Asks stores not to keep the message." };
        var wait = new Option<double>("--wait")
        {
            Description = "How many seconds to wait for a peer to take the message.",
            DefaultValueFactory = _ => 5,
            HelpName = "SECONDS",
        };
        var command = new Command("send", "Sends a message to everybody who listens to a content topic.") { topic, text, ephemeral, wait };
        command.Teaching($"""
              logos send /chat/1/lobby/proto "hello"
              printf hello | logos send /chat/1/lobby/proto -

            {NodeAccess.Explanation}
            The result is "sent" (confirmed) or "propagated" (a peer has it) and the message's hash, or "accepted" (the node has it, but no
            peer yet: those who listen at the same node have it) and the request's id.
            """);
        var access = new NodeAccess(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var message = new OutgoingMessage
            {
                ContentTopic = parsed.GetRequiredValue(topic),
                Payload = Convert.ToBase64String(await PayloadAsync(terminal, parsed.GetRequiredValue(text), cancellation)),
                Ephemeral = parsed.GetValue(ephemeral) ? true : null,
            };
            await using var node = await access.OpenAsync(parsed, cancellation);
            var result = await SendAsync(node, message, access.IsOwn(parsed), TimeSpan.FromSeconds(parsed.GetValue(wait)), terminal, cancellation);
            terminal.Result(result, (console, sent) => console.MarkupLineInterpolated($"{sent.Status} {sent.MessageHash ?? sent.RequestId}"));
            return ExitCode.Done;
        });
        return command;
    }

    static async Task<SendResult> SendAsync(
        NodeClient node, OutgoingMessage message, bool isOwn, TimeSpan wait, Terminal terminal, CancellationToken cancellation)
    {
        if (isOwn)
            await AwaitPeersAsync(node, wait, terminal, cancellation);
        var request = await node.SendAsync(message, cancellation);
        // Nobody to send to is how every first node begins. The node goes on trying, should somebody come.
        if (!isOwn && !await HasPeersAsync(node, cancellation))
            return new SendResult("accepted", request, null);
        var start = TimeProvider.System.GetTimestamp();
        SendEventRecord? last = null;
        while (last is not { Kind: "sent" or "propagated" } && TimeProvider.System.GetElapsedTime(start) < wait)
        {
            if (await node.TakeEventsAsync(request, cancellation) is { Events: [.., var newest] })
                last = newest;
            if (last is { Kind: "error" })
                break;
            await Task.Delay(PollInterval, cancellation);
        }
        return last switch
        {
            { Kind: "sent" or "propagated" } => new SendResult(last.Kind, request, last.MessageHash),
            _ => throw new CommandException(
                ExitCode.NotDelivered, "not-delivered", last?.Error ?? $"No peer has taken the message within {wait.TotalSeconds} s; the node goes on trying."),
        };
    }

    static Task<bool> AwaitPeersAsync(NodeClient node, TimeSpan wait, Terminal terminal, CancellationToken cancellation) =>
        terminal.ProgressAsync("Looking for peers", wait.TotalSeconds, async report =>
        {
            var start = TimeProvider.System.GetTimestamp();
            while (!await HasPeersAsync(node, cancellation))
            {
                var elapsed = TimeProvider.System.GetElapsedTime(start);
                if (elapsed > wait)
                    throw new CommandException(ExitCode.NotDelivered, "no-peers", $"No peer could be connected to within {wait.TotalSeconds} s; is --entry-node right?");
                report(elapsed.TotalSeconds);
                await Task.Delay(PollInterval, cancellation);
            }
            return true;
        });

    static async Task<bool> HasPeersAsync(NodeClient node, CancellationToken cancellation) => (await node.HealthAsync(cancellation)).CanSend;

    static async Task<byte[]> PayloadAsync(Terminal terminal, string text, CancellationToken cancellation)
    {
        if (text != "-")
            return System.Text.Encoding.UTF8.GetBytes(text);
        using var payload = new MemoryStream();
        await using var input = terminal.Bytes();
        await input.CopyToAsync(payload, cancellation);
        return payload.ToArray();
    }

    sealed record SendResult(string Status, string RequestId, string? MessageHash);
}
