using System.Buffers;
using System.Net;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.TestKit.Network;
using Xunit.Abstractions;

namespace LogosActors.Simulations;

/// <summary>Three sybils for each honest node sit in its meshes from the first second on, take every message and pass none on.</summary>
public sealed class EclipseTests(ITestOutputHelper output)
{
    const int Honest = 60;
    const int Sybils = 3 * Honest;
    const int HonestDials = 8;
    const int SybilsPerNode = 48;

    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    [Fact]
    public void Scoring_keeps_messages_flowing_past_three_sybils_for_each_honest_node()
    {
        var (seed, without) = Attack(null, scoring: false);
        var (_, with) = Attack(seed, scoring: true);

        output.WriteLine($"Seed {seed}: {Sybils} sybils, {Honest} honest nodes; share of sybils in honest meshes, honest deliveries in time ({Patience.TotalSeconds} s), in the end");
        output.WriteLine($"scoring off: {without.SybilShare:P1}, {without.InTime:P2}, {without.InTheEnd:P2}");
        output.WriteLine($"scoring on:  {with.SybilShare:P1}, {with.InTime:P2}, {with.InTheEnd:P2}");
        Assert.True(with.InTheEnd >= 0.999 && with.InTime >= 0.999, $"Seed {seed}: {with}");
        Assert.True(without.SybilShare > 2 * with.SybilShare && without.InTime < with.InTime, $"Seed {seed}: the attack fails by itself: {without}, {with}");
    }

    static (int Seed, Outcome Outcome) Attack(int? seed, bool scoring)
    {
        var relay = GossipsubPresets.Relay;
        var options = relay with
        {
            FloodPublish = false,
            Score = relay.Score with
            {
                Enabled = scoring,
                DefaultTopic = relay.Score.DefaultTopic! with
                {
                    MeshMessageDeliveriesWeight = -1,
                    MeshMessageDeliveriesDecay = 0.9,
                    MeshMessageDeliveriesCap = 20,
                    MeshMessageDeliveriesThreshold = 2,
                    MeshMessageDeliveriesActivation = TimeSpan.FromSeconds(15),
                    MeshMessageDeliveriesWindow = TimeSpan.FromMilliseconds(500),
                    MeshFailurePenaltyWeight = -1,
                    MeshFailurePenaltyDecay = 0.9,
                },
            },
        };
        using var scenario = Scenario.Start(seed, Honest, dials: 0, options);
        var honest = scenario.Network.Nodes.ToList();
        Surround(scenario, honest);
        scenario.Run(5);
        scenario.Network.ConnectRandomly(honest, HonestDials);
        scenario.PublishEverySecond(120);

        var published = scenario.PublishEverySecond(40, settle: 10);

        var places = honest.SelectMany(scenario.MeshOf).ToList();
        var sybils = scenario.Network.Nodes.Skip(Honest).Select(node => node.Id).ToHashSet();
        return (scenario.Simulation.Seed, new Outcome(
            places.Count(sybils.Contains) / (double)places.Count,
            published.Average(publication => publication.ReachedWithin(Patience) / (Honest - 1.0)),
            published.Average(publication => publication.Reached / (Honest - 1.0))));
    }

    static void Surround(Scenario scenario, List<GossipNode> honest)
    {
        var random = new Random(scenario.Simulation.Seed);
        var grafts = Rpc(rpc =>
        {
            rpc.Subscription(Scenario.Topic, subscribe: true);
            rpc.Graft(Scenario.Topic);
        });
        var graft = Rpc(rpc => rpc.Graft(Scenario.Topic));
        for (var i = 0; i < Sybils; i++)
        {
            // Four to an address, below the threshold of P₆: what the sybils do must give them away.
            var sybil = scenario.Network.AddPuppet(
                greet: link =>
                {
                    link.Send(grafts);
                    GraftAgain(link);
                },
                hear: static (_, _) => { },
                new IPAddress([192, 0, 2, (byte)(i / 4)]));
            for (var j = 0; j < SybilsPerNode * Honest / Sybils; j++)
            {
                var victim = honest[((i * 7) + (j * 13)) % Honest];
                // A third is dialled by its victims, so that D_out alone does not save them.
                if (i % 3 == 0)
                    scenario.Network.Connect(victim, sybil);
                else
                    scenario.Network.Connect(sybil, victim);
            }
        }

        // As soon as a back-off is over, they are back.
        void GraftAgain(GossipLink link) => scenario.Network.After(TimeSpan.FromSeconds(62 + random.NextDouble()), () =>
        {
            if (!link.IsOpen)
                return;
            link.Send(graft);
            GraftAgain(link);
        });
    }

    static byte[] Rpc(Action<GossipsubRpc> write)
    {
        var rpc = new GossipsubRpc();
        write(rpc);
        var output = new ArrayBufferWriter<byte>();
        rpc.WriteTo(output);
        return output.WrittenSpan.ToArray();
    }

    /// <param name="SybilShare">The share of sybils in honest meshes.</param>
    /// <param name="InTime">The share of honest deliveries that came within <see cref="Patience"/>.</param>
    /// <param name="InTheEnd">The share that came at all.</param>
    sealed record Outcome(double SybilShare, double InTime, double InTheEnd);
}
