using System.Runtime.InteropServices;

namespace LogosActors.LoadTests;

/// <summary>What a process has taken since its start, or a part of it.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Costs(TimeSpan ProcessorTime, long AllocatedBytes)
{
    /// <summary>This process.</summary>
    public static Costs Here => new(Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());

    /// <summary>What was taken since, for each message.</summary>
    public Costs PerMessage(Costs before, long messages) =>
        new((ProcessorTime - before.ProcessorTime) / messages, (AllocatedBytes - before.AllocatedBytes) / messages);
}

/// <summary>What a message has cost the processors or the heaps of both processes.</summary>
/// <param name="name">The row.</param>
/// <param name="costs">Of sender and receiver, for one message.</param>
/// <param name="unit">The figure's.</param>
/// <param name="figure">Processor time or bytes.</param>
/// <param name="target">What the sum must reach.</param>
internal sealed class CostRow(
    string name, Func<Budget, Task<(Costs Sender, Costs Receiver)>> costs, string unit, Func<Costs, double> figure, Target target) : Row
{
    public override string Name => name;

    public static CostRow ProcessorTime(string row, Func<Budget, Task<(Costs Sender, Costs Receiver)>> costs) =>
        new($"{row}, processor time", costs, "µs/msg", static spent => spent.ProcessorTime.TotalMicroseconds, new Target.Printed());

    public static CostRow Allocated(string row, Func<Budget, Task<(Costs Sender, Costs Receiver)>> costs, Target target) =>
        new($"{row}, allocated", costs, "kB/msg", static spent => spent.AllocatedBytes / 1e3, target);

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        var (sender, receiver) = await costs(budget);
        return new(figure(sender) + figure(receiver), unit, new("the receiving process", figure(receiver)), target);
    }
}
