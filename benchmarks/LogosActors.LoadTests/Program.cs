using System.Globalization;
using System.Runtime.InteropServices;
using LogosActors.LoadTests;
using LogosActors.LoadTests.Channels;
using LogosActors.LoadTests.Delivery;
using LogosActors.LoadTests.Gossipsub;

const int MissedExitCode = 1;
const int UsageExitCode = 2;

if (args is [GossipNodeRole.Argument, var reportEvery])
{
    await GossipNodeRole.RunAsync(int.Parse(reportEvery, CultureInfo.InvariantCulture));
    return 0;
}

if (args is [DeliveryNodeRole.Argument, .. var settings])
{
    await DeliveryNodeRole.RunAsync(settings);
    return 0;
}

if (args is [ChannelNodeRole.Argument, .. var channel])
{
    await ChannelNodeRole.RunAsync(channel);
    return 0;
}

var quick = args.Contains("--quick");
var only = args.SkipWhile(a => a != "--only").Skip(1).FirstOrDefault();
var names = args.TakeWhile(a => a != "--only").Where(a => a != "--quick").ToArray();
if (names.Any(name => !Areas.All.ContainsKey(name)))
{
    Console.Error.WriteLine($"usage: benchmarks/run [{string.Join('|', Areas.All.Keys)}] [--quick] [--only text-in-the-row's-name]");
    return UsageExitCode;
}

var all = (names.Length == 0 ? Areas.All.Keys : names).SelectMany(name => Areas.All[name]()).ToArray();
var rows = all.Where(row => only is null || row.Name.Contains(only, StringComparison.OrdinalIgnoreCase)).ToArray();
if (rows.Length == 0)
{
    Console.Error.WriteLine($"No row's name holds '{only}'. The rows are:\n  {string.Join("\n  ", all.Select(row => row.Name))}");
    return UsageExitCode;
}

var budget = quick ? Budget.Quick : Budget.Full;
var missed = 0;
Console.WriteLine($"{RuntimeInformation.FrameworkDescription}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}");
Console.WriteLine(Format.Row("row", "figure", "unit", "peer or ceiling", "its figure", "ratio", "target", "verdict"));
foreach (var row in rows)
{
    // What an earlier row left behind is not this row's cost.
    GC.Collect();
    GC.WaitForPendingFinalizers();
    var outcome = await row.MeasureAsync(budget);
    missed += outcome.IsMet ? 0 : 1;
    Console.WriteLine(Format.Row(row.Name, outcome));
}

Console.WriteLine(missed == 0 ? "All rows met." : $"{missed} rows missed.");
return missed == 0 ? 0 : MissedExitCode;
