using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Delivery.Tests.Hosting;

/// <summary>A node in an application's own system, which is a member of the application's cluster.</summary>
public sealed class ClusterTests : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("logos-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_node_lives_in_a_system_that_is_clustered_and_leaves_the_cluster_to_the_application()
    {
        using var system = ActorSystem.Create("app", ConfigurationFactory.ParseString("""
            akka {
              loglevel = WARNING
              actor.provider = cluster
              actor.serialization-settings.allow-unregistered-types = false
              remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
              cluster.min-nr-of-members = 1
            }
            """));
        var cluster = Cluster.Get(system);
        await cluster.JoinAsync(cluster.SelfAddress).WaitAsync(TimeSpan.FromSeconds(60));
        await using (var node = await MessagingNode.CreateAsync(Options with { DataDirectory = _directory }, system: system))
        {
            await node.StartAsync();
            await using var other = await StartAsync(node);
            await using var received = other.Messages().GetAsyncEnumerator();
            await other.SubscribeAsync([Topic]);
            await node.SubscribeAsync([Topic]);
            await node.HasPeersAsync(1);

            Assert.True((await node.SendAsync(Text("from a cluster"))).IsSuccess);

            Assert.True(await received.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60)));
            Assert.Equal("from a cluster", TextOf(received.Current));
        }
        Assert.Equal(MemberStatus.Up, cluster.SelfMember.Status);
        await system.Terminate();
    }
}
