using System.Diagnostics;
using System.Globalization;

namespace LogosActors.TestKit.Tests;

/// <summary>Runs a scenario in a process of its own: prints its trace, its steps, or how fast it is.</summary>
static class Program
{
    public static int Main(string[] arguments)
    {
        if (arguments is not [var scenario, var seed])
        {
            Console.Error.WriteLine("Usage: trace|steps|speed <seed>");
            return 1;
        }

        switch (scenario)
        {
            case "trace":
                Console.Write(Storm.Trace(int.Parse(seed, CultureInfo.InvariantCulture)));
                return 0;
            case "steps":
                Console.WriteLine(Storm.Trace(int.Parse(seed, CultureInfo.InvariantCulture), Console.Out));
                return 0;
            case "speed":
                for (var i = 0; i < 5; i++)
                {
                    Measure("storm", simulation => Storm.Run(simulation), new SimulationOptions { Seed = int.Parse(seed, CultureInfo.InvariantCulture) });
                    Measure("ping-pong", Ping.Run, new SimulationOptions { Seed = int.Parse(seed, CultureInfo.InvariantCulture) });
                }

                return 0;
            default:
                return 1;
        }
    }

    static void Measure(string name, Action<Simulation> run, SimulationOptions options)
    {
        using var simulation = new Simulation(options);
        _ = simulation.System;
        using var process = Process.GetCurrentProcess();
        var started = process.UserProcessorTime;
        run(simulation);
        process.Refresh();
        var elapsed = process.UserProcessorTime - started;
        Console.WriteLine($"{name}: {simulation.Steps:N0} steps in {elapsed.TotalSeconds:0.00} s of processor time, {simulation.Steps / elapsed.TotalSeconds:N0} per second, trace {simulation.TraceHash}");
    }
}
