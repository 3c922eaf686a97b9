using System.CommandLine;
using System.Globalization;
using LogosActors.Configuration;
using LogosActors.Delivery.Messages;
using LogosActors.Node.Client;
using LogosActors.Node.Rest.Store;

namespace LogosActors.Node.Cli;

/// <summary><c>logos history</c>: messages of the past.</summary>
internal static class HistoryCommand
{
    const int PageSize = 100;

    public static Command Create(Terminal terminal)
    {
        var topics = new Argument<string[]>("topic") { Description = "Content topics, such as /chat/1/lobby/proto.", Arity = ArgumentArity.OneOrMore };
        var since = new Option<string>("--since") { Description = "How far back to look, such as 10m or 2d. Default: all that there is.", HelpName = "DURATION" };
        var limit = new Option<int>("--limit", "-n") { Description = "At most so many messages, the newest.", HelpName = "N", DefaultValueFactory = _ => PageSize };
        var store = new Option<string>("--store") { Description = "The store to ask, /ip4/…/tcp/…/p2p/…. Default: the node itself when it is one, else one that it knows.", HelpName = "ADDRESS" };
        var pubsub = new Option<string>("--pubsub-topic") { Description = "The pubsub topic, such as /waku/2/rs/0/0. Default: the shard of the content topics.", HelpName = "TOPIC" };
        var command = new Command("history", "Shows messages that stores have kept, the oldest first.") { topics, since, limit, store, pubsub };
        command.Teaching($"""
              logos history /chat/1/lobby/proto --since 10m

            A node keeps messages when it is started with `logos run --store`; other nodes ask it when they are started with
            --storenode and its address.

            {NodeAccess.Explanation}
            """);
        var access = new NodeAccess(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var node = await access.OpenAsync(parsed, cancellation);
            var question = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["contentTopics"] = string.Join(',', parsed.GetRequiredValue(topics)),
                ["pubsubTopic"] = parsed.GetValue(pubsub),
                ["startTime"] = StartOf(parsed.GetValue(since)),
                ["peerAddr"] = parsed.GetValue(store),
                ["includeData"] = "true",
                ["ascending"] = "false",
            };
            var messages = await ReadAsync(terminal, node, question, Math.Max(1, parsed.GetValue(limit)), cancellation);
            foreach (var message in messages)
                terminal.Result(message, (_, shown) => terminal.Output.WriteLine(LineOf(shown)));
            if (messages.Count == 0)
                terminal.Note("No messages.");
            return ExitCode.Done;
        });
        return command;
    }

    static Task<List<StoredMessage>> ReadAsync(
        Terminal terminal, NodeClient node, Dictionary<string, string?> question, int limit, CancellationToken cancellation) =>
        terminal.ProgressAsync("Asking the store", limit, async report =>
        {
            // Backward, the newest first; within a page messages ascend.
            var messages = new List<StoredMessage>();
            do
            {
                question["pageSize"] = Math.Min(PageSize, limit - messages.Count).ToString(CultureInfo.InvariantCulture);
                var page = await node.HistoryAsync(question, cancellation);
                messages.InsertRange(0, page.Messages);
                question["cursor"] = page.PaginationCursor;
                report(messages.Count);
            }
            while (question["cursor"] is not null && messages.Count < limit);
            return messages;
        });

    static string? StartOf(string? since)
    {
        if (since is null)
            return null;
        return HoconDuration.TryParse(since, out var duration)
            ? ((DateTimeOffset.UtcNow - duration).ToUnixTimeMilliseconds() * 1_000_000).ToString(CultureInfo.InvariantCulture)
            : throw new CommandException(ExitCode.Usage, "usage", $"--since: '{since}' is not a duration such as 10m or 2d.");
    }

    static string LineOf(StoredMessage stored)
    {
        if (stored.Message is not { } message)
            return stored.MessageHash;
        var time = UnixNanoseconds.ToDateTime(message.Timestamp) ?? DateTimeOffset.UnixEpoch;
        return $"{time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} {message.ContentTopic}: {ListenCommand.TextOf(message)}";
    }
}
