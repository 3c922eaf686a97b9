using System.Net;
using LogosActors.Libp2p.Gossipsub;
using Xunit.Abstractions;

namespace LogosActors.Libp2p.Tests.Gossipsub;

/// <summary>A cold-boot attack: three sybils for each honest node sit in the meshes before the honest nodes meet, and forward nothing.</summary>
public sealed class EclipseTests(ITestOutputHelper output)
{
    const string Topic = "t";
    const int Honest = 20;
    const int Sybils = 60;
    const int Messages = 20;

    [Fact]
    public void Scoring_frees_the_meshes_from_silent_sybils()
    {
        var without = Attack(enabled: false);
        var with = Attack(enabled: true);

        output.WriteLine($"{Sybils} sybils, {Honest} honest nodes: share of sybils in meshes, deliveries within 0.2 s, in the end");
        output.WriteLine($"scoring off: {without.SybilShare:P1}, {without.AtOnce:P1}, {without.InTheEnd:P1}");
        output.WriteLine($"scoring on:  {with.SybilShare:P1}, {with.AtOnce:P1}, {with.InTheEnd:P1}");
        Assert.True(without.SybilShare > 0.5, $"The attack fails by itself: {without}");
        Assert.True(with.SybilShare < 0.1, with.ToString());
        Assert.True(with.AtOnce > 0.95 && without.AtOnce < 0.5, $"{with} {without}");
        Assert.Equal(1, with.InTheEnd);
    }

    static (double SybilShare, double AtOnce, double InTheEnd) Attack(bool enabled)
    {
        var options = GossipsubPresets.Relay with
        {
            FloodPublish = false,
            Score = GossipsubPresets.Relay.Score with
            {
                Enabled = enabled,
                DefaultTopic = GossipsubPresets.Relay.Score.DefaultTopic! with
                {
                    MeshMessageDeliveriesWeight = -1,
                    MeshMessageDeliveriesDecay = 0.9,
                    MeshMessageDeliveriesCap = 20,
                    MeshMessageDeliveriesThreshold = 2,
                    MeshMessageDeliveriesActivation = TimeSpan.FromSeconds(15),
                    MeshMessageDeliveriesWindow = TimeSpan.FromMilliseconds(200),
                    MeshFailurePenaltyWeight = -1,
                    MeshFailurePenaltyDecay = 0.9,
                },
            },
        };
        var network = new RouterNetwork(30, options);
        var honest = Enumerable.Range(0, Honest).Select(_ => network.Add()).ToList();
        // Four to an address: below the threshold of P₆, so that what the sybils do must give them away.
        var sybils = Enumerable.Range(0, Sybils).Select(i => network.AddPuppet(new IPAddress([192, 0, 2, (byte)(i / 4)]))).ToList();
        network.Subscribe(Topic, honest);
        for (var i = 0; i < Sybils; i++)
        {
            // Every third sybil is dialled by its victims, so that D_out alone does not save them.
            foreach (var node in honest)
            {
                if (i % 3 == 0)
                    network.Connect(node, sybils[i]);
                else
                    network.Connect(sybils[i], node);
                network.Say(sybils[i], node, rpc => rpc.Subscription(Topic, subscribe: true));
                network.Say(sybils[i], node, rpc => rpc.Graft(Topic));
            }
        }
        network.Run(5);
        network.ConnectRandomly(honest, dials: 8);
        for (var second = 0; second < 240; second++)
        {
            network.Publish(honest[second % Honest], Topic, [1, (byte)(second >> 8), (byte)second]);
            network.Run(1);
        }

        var places = honest.SelectMany(node => node.Mesh(Topic)).ToList();
        var share = places.Count(peer => sybils.Exists(sybil => sybil.Id.Equals(peer))) / (double)places.Count;
        int Arrived() => honest.Sum(node => node.Delivered.Count(delivered => delivered.Data[0] == 2));
        var atOnce = 0;
        for (byte i = 0; i < Messages; i++)
        {
            var before = Arrived();
            network.Publish(honest[i % Honest], Topic, [2, i]);
            network.Run(0.2);
            atOnce += Arrived() - before;
            network.Run(5); // gossip about it is over
        }
        network.Run(20);
        const double All = Messages * (Honest - 1);
        return (share, atOnce / All, Arrived() / All);
    }
}
