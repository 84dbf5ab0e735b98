import { LineChart } from 'echarts/charts';
import { AriaComponent, DataZoomComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { init, use, type EChartsCoreOption } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef, type ReactNode } from 'react';
import type { ChartSeries } from './chart-series.ts';
import { useLocale, type Locale } from './locale.tsx';

use([LineChart, GridComponent, TooltipComponent, LegendComponent, DataZoomComponent, AriaComponent, CanvasRenderer]);

interface ForecastChartProps {
  readonly series: ChartSeries;
  /** What the chart shows, for those who do not see it; the figures stand in a table beside it. */
  readonly label: string;
}

/** History, expected demand and its ranges. Drawn on a canvas: the policy of the page allows no inline styles. */
export function ForecastChart({ series, label }: ForecastChartProps): ReactNode {
  const locale = useLocale();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const chart = init(element, undefined, { renderer: 'canvas' });
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const draw = (): void => chart.setOption(optionOf(series, locale, getComputedStyle(element)), true);
    const resized = new ResizeObserver(() => chart.resize());
    draw();
    resized.observe(element);
    dark.addEventListener('change', draw);
    return () => {
      resized.disconnect();
      dark.removeEventListener('change', draw);
      chart.dispose();
    };
  }, [series, locale]);
  return <div ref={box} className="chart" role="img" aria-label={label} />;
}

function optionOf({ steps, bands }: ChartSeries, { t, format }: Locale, style: CSSStyleDeclaration): EChartsCoreOption {
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const bandName = (low: number, high: number): string => t('forecast.band', { low: format.percent(low), high: format.percent(high) });
  const number = (value: unknown): string => (typeof value === 'number' ? format.number(value, 1) : '–');
  const text = { color: colour('--text-quiet'), fontFamily: style.fontFamily, fontSize: 12 };
  const line = { color: colour('--line') };
  return {
    animation: false,
    textStyle: { fontFamily: style.fontFamily },
    grid: { left: 8, right: 16, top: 44, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    legend: {
      top: 4,
      left: 4,
      itemGap: 18,
      icon: 'roundRect',
      itemWidth: 14,
      itemHeight: 8,
      textStyle: text,
      data: [t('forecast.actual'), t('forecast.mean'), ...bands.map(({ low, high }) => bandName(low, high))],
    },
    // Rich text is drawn on the canvas; the HTML tooltip would need inline styles.
    tooltip: {
      trigger: 'axis',
      renderMode: 'richText',
      backgroundColor: colour('--surface'),
      borderColor: colour('--line'),
      textStyle: { color: colour('--text'), fontFamily: style.fontFamily, fontSize: 13 },
      axisPointer: { lineStyle: line },
      formatter: (points: readonly { readonly dataIndex: number }[]) => {
        const at = points[0]?.dataIndex ?? 0;
        const step = steps[at];
        if (step === undefined) return '';
        const rows = [
          format.date(`${step.start}T00:00:00Z`),
          ...(step.actual === null ? [] : [`${t('forecast.actual')}: ${number(step.actual)}`]),
          ...(step.mean === null ? [] : [`${t('forecast.mean')}: ${number(step.mean)}`]),
          ...bands.flatMap(({ low, high, from, to }) =>
            from[at] === null ? [] : [`${bandName(low, high)}: ${number(from[at])} – ${number(to[at])}`],
          ),
        ];
        return rows.join('\n');
      },
    },
    xAxis: {
      type: 'category',
      data: steps.map((step) => step.start),
      boundaryGap: false,
      axisLine: { lineStyle: line },
      axisTick: { show: false },
      axisLabel: { ...text, hideOverlap: true, formatter: (day: string) => format.date(`${day}T00:00:00Z`) },
    },
    yAxis: {
      type: 'value',
      min: 0,
      splitLine: { lineStyle: line },
      axisLabel: { ...text, formatter: (value: number) => format.number(value, 1) },
    },
    dataZoom: [{ type: 'inside', zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false }],
    series: [
      // A band is a line at its lower edge, unseen, with the difference to the upper edge stacked on it.
      ...bands.flatMap(({ low, high, from, to }, index) => {
        const band = { type: 'line', stack: `band-${index}`, symbol: 'none', lineStyle: { opacity: 0 }, silent: true } as const;
        const area = { color: colour('--accent'), opacity: 0.12 + 0.12 * index };
        return [
          { ...band, name: `low-${index}`, data: from },
          {
            ...band,
            name: bandName(low, high),
            data: to.map((value, at) => difference(value, from[at])),
            areaStyle: area,
            itemStyle: area,
          },
        ];
      }),
      {
        type: 'line',
        name: t('forecast.actual'),
        data: steps.map((step) => step.actual),
        symbol: 'none',
        lineStyle: { width: 1.5, color: colour('--text') },
        itemStyle: { color: colour('--text') },
      },
      {
        type: 'line',
        name: t('forecast.mean'),
        data: steps.map((step) => step.mean),
        symbol: 'circle',
        symbolSize: 5,
        lineStyle: { width: 2, color: colour('--accent') },
        itemStyle: { color: colour('--accent') },
      },
    ],
  };
}

const difference = (high: number | null, low: number | null | undefined): number | null =>
  high === null || low === null || low === undefined ? null : high - low;
