using System.Globalization;
using LogosActors.Samples.Ledger;

// `Ledger worker …` is the process that gets killed; without arguments this is the one that kills and compares.
if (args is ["worker", var path, var accounts, var inFlight, var failEvery])
{
    await Worker.RunAsync(path, new BankOptions(Number(accounts), Number(inFlight), Number(failEvery)));
    return 0;
}

const int Kills = 5;
var database = Path.Combine(Path.GetTempPath(), $"ledger-{Environment.ProcessId}.db");
var options = new BankOptions(Accounts: 8, InFlight: 4, FailEvery: 500);
var witness = new Witness(database, options);
Console.WriteLine($"A bank of {options.Accounts} persistent accounts on {database}.");
Console.WriteLine("Each account fails on purpose now and then, and the whole process is killed with SIGKILL again and again.");
for (var kill = 1; kill <= Kills; kill++)
{
    await witness.LiveAsync(TimeSpan.FromMilliseconds(1000), CancellationToken.None);
    Console.WriteLine(
        $"kill {kill} of {Kills}: {witness.Acknowledged} deposits acknowledged so far, {witness.Restarts} accounts restarted, {witness.Faults.Count} faults");
}

// One more life, only to see what comes back.
await witness.LiveAsync(TimeSpan.Zero, CancellationToken.None);
foreach (var fault in witness.Faults)
    Console.WriteLine($"FAULT {fault}");
Console.WriteLine(witness.Faults.Count == 0
    ? $"All {witness.Acknowledged} acknowledged deposits came back after each kill: none lost, none doubled."
    : "Something was lost or doubled; see above.");
foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(database) + "*"))
    File.Delete(file);
return witness.Faults.Count == 0 ? 0 : 1;

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
