using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Libp2p.Tests.Gossipsub;

/// <summary>An RPC in words, one line for each part.</summary>
static class RpcText
{
    public static List<string> Read(ReadOnlySpan<byte> rpc)
    {
        var lines = new List<string>();
        var reader = new RpcReader(rpc);
        while (reader.Next())
            lines.Add(Read(reader.Part, reader.Body));
        Assert.Equal(DecodeError.None, reader.Error);
        return lines;
    }

    static string Read(RpcPart part, ReadOnlySpan<byte> body)
    {
        switch (part)
        {
            case RpcPart.Subscription:
                Assert.True(SubscriptionView.TryRead(body, out var subscription, out _));
                return $"{(subscription.Subscribe ? "subscribe" : "unsubscribe")} {Text(subscription.Topic)}";
            case RpcPart.Message:
                Assert.True(MessageView.TryRead(body, out var message, out _));
                return $"message {Text(message.Topic)} {Convert.ToHexStringLower(message.Data)}"
                    + (message.From.IsEmpty ? "" : $" from {Convert.ToHexStringLower(message.From)}");
            case RpcPart.Graft or RpcPart.Prune:
                Assert.True(GraftOrPruneView.TryRead(part, body, out var entry, out _));
                var line = $"{(part is RpcPart.Graft ? "graft" : "prune")} {Text(entry.Topic)}";
                if (part is RpcPart.Prune)
                    line += $" {entry.Backoff} s";
                var peers = entry.Peers;
                while (part is RpcPart.Prune && peers.MoveNext())
                    line += $" [{Convert.ToHexStringLower(peers.PeerId)} {Convert.ToHexStringLower(peers.SignedRecord)}]";
                return line;
            default:
                Assert.True(IdsView.TryRead(part, body, out var ids, out _));
                var text = part is RpcPart.IHave ? $"ihave {Text(ids.Topic)}" : part is RpcPart.IWant ? "iwant" : "idontwant";
                foreach (var id in ids)
                    text += $" {id}";
                return text;
        }
    }

    static string Text(ReadOnlySpan<byte> utf8) => System.Text.Encoding.UTF8.GetString(utf8);
}
