using LogosActors.Actors.TestKit;

namespace LogosActors.Actors.Tests.Embedded;

public sealed class SpawnRaceTests
{
    [Fact]
    public async Task An_actor_that_is_spawned_while_the_system_terminates_is_stopped_or_refused()
    {
        for (var i = 0; i < 200; i++)
        {
            var system = ActorSystem.Create("race", new ActorSystemOptions { Time = new VirtualTime() });
            var spawning = Task.Run(() =>
            {
                while (true)
                {
                    try
                    {
                        system.Spawn(Props.Create(() => new Idle()));
                    }
                    catch (InvalidOperationException)
                    {
                        return;
                    }
                }
            });
            await system.TerminateAsync().WaitAsync(TimeSpan.FromSeconds(30));
            await system.WhenTerminated.WaitAsync(TimeSpan.FromSeconds(30));
            await spawning;
            Assert.Empty(system.Tree());
        }
    }

    sealed class Idle : Actor;
}
