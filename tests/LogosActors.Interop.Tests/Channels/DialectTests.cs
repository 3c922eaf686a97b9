using LogosActors.Channels;
using LogosActors.Channels.Sds;
using LogosActors.Interop.Tests.Channels.Conversations;
using LogosActors.Interop.Tests.Peers;

namespace LogosActors.Interop.Tests.Channels;

/// <summary>@waku/sds, which knows only the specification's dialect, and a participant that knows only nim-sds's, with one of ours between them.</summary>
public sealed class DialectTests(JsSdsPeerFixture peer) : IClassFixture<JsSdsPeerFixture>
{
    static readonly SdsOptions Patient = new() { MaxRetransmissions = 100 };

    [Fact]
    public async Task Neither_reads_the_other()
    {
        var network = new SdsNetwork(peer.Peer);
        var nim = network.JoinOurs("nim", Patient, SdsDialect.Nim);
        var js = await network.JoinTheirsAsync("js");

        await nim.SendAsync("from nim");
        await js.SendAsync("from js");
        await network.RunAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(network.Sent.Count(packet => packet.From == nim), js.Unreadable);
        Assert.Empty(js.Delivered);
        Assert.Empty(nim.Delivered);
        Assert.Empty(nim.Acknowledged);
        Assert.Empty(js.Acknowledged);
    }

    [Fact]
    public async Task We_bring_every_message_to_both_once_and_all_are_acknowledged()
    {
        var network = new SdsNetwork(peer.Peer);
        IParticipant[] all = [network.JoinOurs("nim", Patient, SdsDialect.Nim), await network.JoinTheirsAsync("js"), network.JoinOurs("ours", Patient)];

        var sent = new List<(IParticipant By, string Id)>();
        for (var i = 0; i < 9; i++)
        {
            sent.Add((all[i % 3], await all[i % 3].SendAsync($"message {i}")));
            // Two who have never been heard speak at once; all others have heard what came before.
            await network.RunAsync(TimeSpan.FromSeconds(i == 0 ? 0 : 4));
        }
        var log = await network.UntilSettledAsync();

        Assert.Equal(sent.Select(message => message.Id).Order(StringComparer.Ordinal), log.Order(StringComparer.Ordinal));
        foreach (var participant in all)
        {
            var (its, others) = (sent.Where(message => message.By == participant).Select(message => message.Id), sent.Where(message => message.By != participant).Select(message => message.Id));
            Assert.Equal(others.Order(StringComparer.Ordinal), participant.Delivered.Order(StringComparer.Ordinal));
            Assert.Equal(its.Order(StringComparer.Ordinal), participant.Acknowledged.Order(StringComparer.Ordinal));
        }
        // Nobody had to ask for anything, or to send anything again.
        Assert.DoesNotContain(network.Sent, packet => packet.Kind is TransmitKind.Retransmission or TransmitKind.Repair);
    }
}
