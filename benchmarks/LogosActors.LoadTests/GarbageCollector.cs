using System.Diagnostics;
using System.Runtime;

namespace LogosActors.LoadTests;

/// <summary>Whether old garbage is collected beside the program or while it stands still.</summary>
internal enum Collector
{
    Concurrent,
    NonConcurrent,
}

/// <summary>The garbage collection of this process and of those that it starts.</summary>
internal static class GarbageCollector
{
    const string Setting = "System.GC.Concurrent";

    public static Collector Current { get; } = GCSettings.LatencyMode == GCLatencyMode.Batch ? Collector.NonConcurrent : Collector.Concurrent;

    public static string Name(this Collector collector) => collector == Collector.Concurrent ? "concurrent" : "non-concurrent";

    public static Collector? Named(string name) =>
        Enum.GetValues<Collector>().Where(collector => collector.Name() == name).Select(static collector => (Collector?)collector).FirstOrDefault();

    /// <summary>Runs this program once more, with another collector.</summary>
    /// <remarks>By another file of settings: an environment variable does not take priority over what the program's own file says.</remarks>
    /// <returns>Its exit code.</returns>
    public static async Task<int> RunAgainAsync(Collector collector, string[] arguments)
    {
        var (isConcurrent, isNot) = collector == Collector.Concurrent ? ("true", "false") : ("false", "true");
        var settings = await File.ReadAllTextAsync(OwnProcess.Settings);
        var changed = settings.Replace($"\"{Setting}\": {isNot}", $"\"{Setting}\": {isConcurrent}", StringComparison.Ordinal);
        if (changed == settings)
            throw new InvalidOperationException($"'{OwnProcess.Settings}' does not set {Setting}.");
        using var files = new TemporaryDirectory();
        await File.WriteAllTextAsync(files.File("runtimeconfig.json"), changed);
        using var process = Process.Start(OwnProcess.Start(arguments, files.File("runtimeconfig.json")))!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}

/// <summary>This program as a process of its own.</summary>
internal static class OwnProcess
{
    /// <summary>Names the file of the runtime's settings where it is not the program's own; children have the same.</summary>
    const string Variable = "LOGOS_LOADTESTS_RUNTIMECONFIG";

    static readonly string Program = typeof(OwnProcess).Assembly.Location;

    /// <summary>The settings that this process was started with.</summary>
    public static string Settings { get; } = Environment.GetEnvironmentVariable(Variable) ?? Path.ChangeExtension(Program, ".runtimeconfig.json");

    public static ProcessStartInfo Start(string[] arguments) => Start(arguments, Settings);

    public static ProcessStartInfo Start(string[] arguments, string settings)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", "--runtimeconfig", settings, Program, .. arguments]) { UseShellExecute = false };
        start.Environment[Variable] = settings;
        return start;
    }
}
