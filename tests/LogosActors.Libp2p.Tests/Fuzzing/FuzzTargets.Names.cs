using LogosActors.Libp2p.Dialing.Dns;
using LogosActors.Tests;
using static LogosActors.Libp2p.Tests.Dialing.DnsServer;

namespace LogosActors.Libp2p.Tests.Fuzzing;

internal sealed partial class FuzzTargets
{
    static IEnumerable<FuzzTarget> OfNames()
    {
        if (!DnsTxt.TryWriteQuestion("_dnsaddr.bootstrap.libp2p.io", 1, UInt128.Zero, out var question))
            throw new InvalidOperationException("The name is a name.");
        return
        [
            new("DNS answer", 60_000, 2048, 16, (input, cut) =>
            {
                if (!DnsTxt.TryReadAnswer(input, question, out var answer, out var error))
                    Refuses(error);
                else
                    Assert.True(answer.Texts.Count <= DnsTxt.MaxRecords && answer.Texts.Sum(text => text.Length) <= input.Length);
            },
            Answer(question, Txt($"dnsaddr=/dnsaddr/ny5.bootstrap.libp2p.io/p2p/{PeerText}"), Txt("dnsaddr=/ip4/192.0.2.1/tcp/1")),
            Answer(question, new DnsRecord(5, [1, (byte)'a', 0xc0, 21]), new DnsRecord(16, [1, (byte)'y'], [1, (byte)'a', 0xc0, 21])),
            Answer(question, code: 3)),
        ];
    }
}
