namespace LogosActors.LoadTests;

/// <summary>Figures and tables for people.</summary>
internal static class Format
{
    public static string Figure(double figure) => figure switch
    {
        double.PositiveInfinity => "∞",
        double.NaN => "–",
        >= 1e6 => $"{figure / 1e6:0.00} M",
        >= 1e4 => $"{figure / 1e3:0} k",
        >= 10 => $"{figure:0}",
        _ => $"{figure:0.##}",
    };

    public static string Row(params ReadOnlySpan<string> cells) =>
        $"{cells[0],-40} {cells[1],10} {cells[2],-12} {cells[3],-44} {cells[4],10} {cells[5],7} {cells[6],10}  {cells[7]}";

    public static string Row(string name, Outcome outcome) => Row(
        name, Figure(outcome.Figure), outcome.Unit, outcome.Peer.Name, Figure(outcome.Peer.Figure),
        double.IsFinite(outcome.Ratio) ? $"{outcome.Ratio:0.00}" : "–", $"{outcome.Target}", outcome.IsMet ? "met" : "MISSED");
}
