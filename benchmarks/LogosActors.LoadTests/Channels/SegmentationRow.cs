using LogosActors.Channels;
using LogosActors.Channels.Segmentation;
using LogosActors.Libp2p.Cryptography;

namespace LogosActors.LoadTests.Channels;

/// <summary>A message of 1 MiB from its bytes over 11 chunks and 2 of parity to its bytes again, on one thread. Each end hashes it twice.</summary>
internal sealed class SegmentationRow(string name, int lost) : Row
{
    const double Megabyte = 1e6;
    const int MostAtOnce = 12;

    public override string Name => name;

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        var options = new SegmentationOptions { EnableReedSolomon = true }.Validated();
        var segmenter = new Segmenter(options);
        var reassembly = new Reassembly(options);
        var payload = Work.Bytes(SegmentationOptions.MaxMessageSize);
        var now = DateTimeOffset.UnixEpoch;
        var time = 0L;

        void Send()
        {
            if (!segmenter.TrySegment(payload, "6f1c1cf03ac14bff8f37cbd0b1b35e0a", "alice", time++, out var chunks))
                throw new InvalidOperationException("The message was refused.");
            var completed = 0;
            foreach (var chunk in chunks.Skip(lost))
            {
                var decision = reassembly.Receive("alice", chunk.Id.ToString(), chunk.Content, now);
                foreach (var @event in decision.Events)
                    reassembly.Apply(@event);
                completed += decision.Effects.Count;
            }
            if (completed != 1)
                throw new InvalidOperationException("The message did not arrive.");
        }

        var hash = new byte[Keccak256.Length];
        var (rate, ceiling) = await Rounds.PairAsync(budget, MostAtOnce, Work.Repeat(Send), Work.Repeat(() => Keccak256.Hash(payload, hash)));
        var perSecond = payload.Length / Megabyte;
        return new(rate * perSecond, "MB/s", new("Keccak-256 of it alone", ceiling * perSecond), new Target.TimesPeer(0.12));
    }
}
