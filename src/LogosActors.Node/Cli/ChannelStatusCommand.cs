using System.CommandLine;
using LogosActors.Channels.Hosting;
using LogosActors.Node.Hosting;

namespace LogosActors.Node.Cli;

/// <summary><c>logos channel status</c>: how a channel stands.</summary>
internal static class ChannelStatusCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("status", "Shows how a channel stands, by what it has stored.");
        command.Teaching($"""
              logos channel status lobby --data ~/.logos

            It reads the history that --data or --history names, starts no node, and changes nothing; the channel may be open in another
            process meanwhile. Chunks that the rate limit holds back count as unacknowledged.
            """);
        var access = new ChannelAccess(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var plan = access.Read(parsed, isNew: false);
            var options = plan.Options;
            var status = options.SenderId is null ? null : await StoredChannel.ReadStatusAsync(options, plan.Node.DataDirectory, cancellation);
            if (status is null)
                throw new CommandException(ExitCode.Data, "no-history", $"There is no history of '{options.ChannelId}' there; name it with --data, or with --history and --sender-id.");
            terminal.Result(
                new StatusShown(
                    options.ChannelId, options.SenderId!, status.UnfinishedRequests, status.UnacknowledgedChunks, status.UsedOfEpoch, status.WaitingForOthers, status.PartialMessages),
                (_, shown) =>
                {
                    terminal.Output.WriteLine($"channel               {PrintableText.Of(shown.Channel)}");
                    terminal.Output.WriteLine($"sender                {PrintableText.Of(shown.Sender)}");
                    terminal.Output.WriteLine($"unfinished requests   {shown.UnfinishedRequests}");
                    terminal.Output.WriteLine($"unacknowledged chunks {shown.UnacknowledgedChunks}");
                    terminal.Output.WriteLine($"used of this epoch    {shown.UsedOfEpoch}");
                    terminal.Output.WriteLine($"waiting for others    {shown.WaitingForOthers}");
                    terminal.Output.WriteLine($"partial messages      {shown.PartialMessages}");
                });
            return ExitCode.Done;
        });
        return command;
    }

    sealed record StatusShown(
        string Channel, string Sender, int UnfinishedRequests, int UnacknowledgedChunks, int UsedOfEpoch, int WaitingForOthers, int PartialMessages);
}
