using LogosActors.Delivery;
using LogosActors.TestKit;
using LogosActors.Tests;
using Xunit.Abstractions;

namespace LogosActors.Simulations.Edge;

/// <summary>Edge nodes lose nothing, whatever service nodes do.</summary>
public sealed class EdgeTests(ITestOutputHelper output)
{
    const int Services = 5;
    const int Edges = 20;

    static SimulationOptions Settings => new() { MaxSteps = long.MaxValue, Trace = false };

    [Fact]
    public void Whatever_a_store_holds_comes_once_and_each_send_ends_once_while_service_nodes_die_lie_and_come_back() =>
        Simulation.Explore(Tier.Of(50, full: 1000), Run, Settings);

    [Fact]
    public void An_undisturbed_edge_node_is_connected_all_the_time()
    {
        using var simulation = new Simulation(Settings);
        using var scenario = new EdgeScenario(simulation, Services, Edges);
        var looks = 0;
        var connected = 0;
        for (var minute = 0; minute < 30; minute++)
        {
            for (var second = 0; second < 60; second++)
            {
                scenario.Run(TimeSpan.FromSeconds(1));
                looks += Edges;
                connected += scenario.Edges.Count(static edge => edge.Node.Messaging.GetHealth().Status is ConnectionStatus.Connected);
            }
        }

        output.WriteLine($"{100.0 * connected / looks:0.0} % of {looks} looks");
        Assert.True(connected >= 0.99 * looks);
    }

    [Fact]
    public void An_idle_edge_node_asks_each_service_node_120_times_an_hour_at_most()
    {
        using var simulation = new Simulation(Settings);
        using var scenario = new EdgeScenario(simulation, services: 2, edges: 1);
        scenario.Run(TimeSpan.FromMinutes(10));
        foreach (var service in scenario.Services)
            service.CountRequests(scenario.Edges[0]);
        scenario.Run(TimeSpan.FromHours(1));

        output.WriteLine(string.Join(", ", scenario.Services.Select(static service => service.Requests)));
        Assert.All(scenario.Services, static service => Assert.InRange(service.Requests, 30, 120));
    }

    [Fact]
    public void A_service_node_that_lies_is_not_counted_once_a_store_has_what_it_did_not_push() =>
        Simulation.Explore(Tier.Of(20, full: 200), Lie, Settings);

    static void Lie(Simulation simulation)
    {
        using var scenario = new EdgeScenario(simulation, services: 2, edges: 3);
        scenario.SendEverySecond(10);
        foreach (var service in scenario.Services)
            service.BeDeaf();
        scenario.SendEverySecond(10);

        simulation.RunUntil(() => scenario.Edges.All(IsDisconnected), TimeSpan.FromSeconds(320));

        Assert.All(scenario.Edges, static edge => Assert.True(IsDisconnected(edge), $"{edge.Node} is {edge.Node.Messaging.GetHealth().Status}"));
        Assert.Empty(scenario.Missing());
    }

    static bool IsDisconnected(EdgeScenario.EdgeNode edge) => edge.Node.Messaging.GetHealth().Status is ConnectionStatus.Disconnected;

    void Run(Simulation simulation)
    {
        using var scenario = new EdgeScenario(simulation, Services, Edges);
        for (var disturbance = 0; disturbance < 6; disturbance++)
        {
            scenario.Disturb();
            scenario.SendEverySecond(20);
        }
        scenario.Mend();
        scenario.SendEverySecond(5);
        var isSettled = scenario.Settle(TimeSpan.FromMinutes(10));
        // Time for what comes twice.
        scenario.Run(TimeSpan.FromMinutes(1));

        output.WriteLine($"Seed {simulation.Seed}: {scenario.Sent} sent, {scenario.Edges.Sum(static edge => edge.Errors)} not confirmed");
        Assert.True(isSettled, $"Seed {simulation.Seed}: {scenario.Missing().Count} missing ({string.Join(", ", scenario.Missing().Take(5))}), {scenario.Unended()} not ended");
        Assert.Equal(0, scenario.Superfluous());
        Assert.All(scenario.Edges, static edge => Assert.Equal(0, edge.EndedAgain));
    }
}
