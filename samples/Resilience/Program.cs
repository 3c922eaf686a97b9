using System.Globalization;
using LogosActors.Samples.Resilience;

// `Resilience worker …` is one of the two processes that are attacked; otherwise this is the one that attacks and compares.
if (args is ["worker", var role, var directory, var port, var entry, var first])
{
    await Worker.RunAsync(role, directory, Number(port), entry.Length > 0 ? entry : null, Number(first));
    return 0;
}
if (args is not ([] or ["--quick"] or ["--kills", _]))
{
    Console.Error.WriteLine("usage: Resilience [--quick | --kills N]");
    return 2;
}

var scenario = args switch
{
    ["--quick"] => Scenario.Quick,
    ["--kills", var kills] => Scenario.OnlyKills(Number(kills)),
    _ => Scenario.Full,
};
await using var director = new Director(scenario, Report.OnConsole());
return await director.RunAsync() ? 0 : 1;

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
